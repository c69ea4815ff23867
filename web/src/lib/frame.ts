/** Drawing verbs for small charts. A chart is drawn at its real pixel size, so that 12 px type is 12 px. */
const NS = 'http://www.w3.org/2000/svg'
type Attributes = Record<string, string | number>
export type Point = [number, number]

export interface FrameOptions {
  height: number | ((width: number) => number)
  x: [number, number]
  y: [number, number]
  pad?: [top: number, right: number, bottom: number, left: number]
}

function make(tag: string, attributes: Attributes, parent: Element, text?: string): SVGElement {
  const node = document.createElementNS(NS, tag)
  for (const [key, value] of Object.entries(attributes)) node.setAttribute(key, String(value))
  if (text !== undefined) node.textContent = text
  parent.appendChild(node)
  return node
}

let patterns = 0

export class Frame {
  readonly svg: SVGElement
  readonly w: number
  readonly h: number
  readonly left: number
  readonly right: number
  readonly top: number
  readonly bottom: number
  #hatch = ''
  #x: [number, number]
  #y: [number, number]

  constructor(host: HTMLElement, label: string, o: FrameOptions) {
    const [pt, pr, pb, pl] = o.pad ?? [8, 8, 22, 34]
    this.w = Math.max(60, host.clientWidth)
    this.h = typeof o.height === 'function' ? o.height(this.w) : o.height
    this.left = pl
    this.right = this.w - pr
    this.top = pt
    this.bottom = this.h - pb
    this.#x = o.x
    this.#y = o.y
    host.replaceChildren()
    this.svg = make(
      'svg',
      {
        width: this.w,
        height: this.h,
        viewBox: `0 0 ${this.w} ${this.h}`,
        role: 'img',
        'aria-label': label,
      },
      host,
    )
  }

  X(value: number): number {
    const [a, b] = this.#x
    return this.left + ((value - a) / (b - a || 1)) * (this.right - this.left)
  }

  Y(value: number): number {
    const [a, b] = this.#y
    return this.bottom - ((value - a) / (b - a || 1)) * (this.bottom - this.top)
  }

  el(tag: string, attributes: Attributes, text?: string): SVGElement {
    return make(tag, attributes, this.svg, text)
  }

  text(x: number, y: number, text: string, name = '', anchor = 'start'): SVGElement {
    return this.el('text', { x, y, class: name, 'text-anchor': anchor }, text)
  }

  line(x1: number, y1: number, x2: number, y2: number, name: string): SVGElement {
    return this.el('line', { x1, y1, x2, y2, class: name })
  }

  path(points: Point[], name: string): SVGElement {
    const d = points
      .map((p, i) => `${i ? 'L' : 'M'}${this.X(p[0]).toFixed(1)} ${this.Y(p[1]).toFixed(1)}`)
      .join('')
    return this.el('path', { d, class: name })
  }

  dot(x: number, y: number, name = 'c-dot', r = 5): SVGElement {
    return this.el('circle', { cx: this.X(x), cy: this.Y(y), r, class: name })
  }

  /** A band between two values, whichever of them is drawn higher; clipped to the frame. */
  band(a: number, b: number, name: string): SVGElement {
    const clip = (y: number) => Math.min(this.bottom, Math.max(this.top, y))
    const y1 = clip(this.Y(a))
    const y2 = clip(this.Y(b))
    return this.el('rect', {
      x: this.left,
      width: Math.max(1, this.right - this.left),
      y: Math.min(y1, y2),
      height: Math.abs(y1 - y2),
      class: name,
    })
  }

  noise(a: number, b: number): SVGElement {
    if (!this.#hatch) {
      this.#hatch = `hatch-${++patterns}`
      const defs = make('defs', {}, this.svg)
      const pattern = make(
        'pattern',
        {
          id: this.#hatch,
          width: 6,
          height: 6,
          patternUnits: 'userSpaceOnUse',
          patternTransform: 'rotate(-45)',
        },
        defs,
      )
      make('rect', { width: 6, height: 6, class: 'c-noise' }, pattern)
      make('line', { x1: 0, y1: 0, x2: 0, y2: 6, class: 'c-hatch' }, pattern)
    }
    const band = this.band(a, b, '')
    band.setAttribute('fill', `url(#${this.#hatch})`)
    return band
  }

  yticks(values: number[], say: (value: number) => string = String): void {
    for (const value of values) {
      this.line(this.left, this.Y(value), this.right, this.Y(value), 'c-grid')
      this.text(this.left - 11, this.Y(value) + 4, say(value), '', 'end')
    }
  }

  xticks(values: number[], say: (value: number) => string = String): void {
    for (const value of values) this.text(this.X(value), this.bottom + 19, say(value), '', 'middle')
  }

  /** Labels at the ends of lines, pushed apart so that none covers another. */
  labels(rows: { y: number; text: string; name: string }[], x = this.right + 10): void {
    const sorted = [...rows].sort((a, b) => a.y - b.y)
    let floor = -Infinity
    for (const row of sorted) {
      const y = Math.max(row.y, floor + 15)
      floor = y
      this.text(x, y + 4, row.text, row.name)
    }
  }
}

/** Round tick values that cover a range: at most `count` of them. */
export function ticks(low: number, high: number, count = 4): number[] {
  const span = high - low
  if (!(span > 0)) return [low]
  const raw = span / count
  const power = 10 ** Math.floor(Math.log10(raw))
  const step = [1, 2, 2.5, 5, 10].map((k) => k * power).find((k) => k >= raw) ?? raw
  const found: number[] = []
  for (let v = Math.ceil(low / step - 1e-9) * step; v <= high + step * 1e-9 && found.length < 20;) {
    found.push(Number(v.toPrecision(12)))
    v += step
  }
  return found
}
