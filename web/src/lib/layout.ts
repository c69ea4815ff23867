/** What the columns of an unknown recording are: from a dialog's choices to the map Engram keeps. */

export interface PreviewColumn {
  label: string
  unit: string
  named: boolean
  role: string
  foot: 'both' | 'right' | 'left'
  n: number
  missing: number
  min: number | null
  max: number | null
  first: (number | null)[]
}

export interface Preview {
  name: string
  rows: number
  layout: {
    maker: string
    delimiter: string
    decimal_mark: string
    header_lines: number
    source: 'ready' | 'header' | 'unknown'
    map: string
    title: string
    why: string
    fingerprint: string
  }
  time: { source: string; rate_hz: number | null }
  columns: PreviewColumn[]
  lines: string[]
  warnings: string[]
  saved: { id: string; name: string } | null
}

export interface SavedLayout {
  name: string
  fingerprint: string
  map: Record<string, unknown>
  retired?: boolean
}

export type Foot = 'both' | 'right' | 'left'

export interface Choice {
  label: string
  role: string
  unit: string
  /** The unit stands in the file: it is not asked. */
  fixed: boolean
  foot: Foot
}

export interface Answers {
  choices: Choice[]
  rate_hz: number | null
  /** The plate's axes that point to the person's right and to the front: "+x", "-y", "" not said. */
  right: string
  front: string
  height_mm: number | null
  ml_mm: number | null
  ap_mm: number | null
}

export const roles = [
  { value: 'none', label: 'Not used' },
  { value: 'cop_right', label: 'Pressure point, to the right' },
  { value: 'cop_left', label: 'Pressure point, to the left' },
  { value: 'cop_front', label: 'Pressure point, to the front' },
  { value: 'cop_back', label: 'Pressure point, to the back' },
  { value: 'fz', label: 'Vertical force (Fz)' },
  { value: 'fx', label: 'Force along x (Fx)' },
  { value: 'fy', label: 'Force along y (Fy)' },
  { value: 'mx', label: 'Moment about x (Mx)' },
  { value: 'my', label: 'Moment about y (My)' },
  { value: 'mz', label: 'Moment about z (Mz)' },
  { value: 'front_left', label: 'Load cell, front left' },
  { value: 'front_right', label: 'Load cell, front right' },
  { value: 'back_left', label: 'Load cell, back left' },
  { value: 'back_right', label: 'Load cell, back right' },
]

const corners = ['front_left', 'front_right', 'back_left', 'back_right']
const units = {
  length: ['mm', 'cm', 'm', 'in'],
  force: ['N', 'kN', 'kg', 'lbf'],
  moment: ['Nm', 'Nmm', 'kNm'],
}

export function unitsOf(role: string): string[] {
  if (role === 'none') return []
  if (role.startsWith('cop_')) return units.length
  return role === 'mx' || role === 'my' || role === 'mz' ? units.moment : units.force
}

/** What the header says already; the x and y of a pressure point are left to be asked. */
export function begin(column: PreviewColumn): Choice {
  const known: Record<string, string> = { cop_ml: 'cop_right', cop_ap: 'cop_front' }
  const told = known[column.role] ?? column.role
  const role = roles.some((r) => r.value === told) ? told : 'none'
  return { label: column.label, role, unit: column.unit, fixed: !!column.unit, foot: column.foot }
}

const signal = (choice: Choice, sign = 1) => ({
  column: choice.label,
  ...(choice.fixed ? {} : { unit: choice.unit }),
  ...(sign < 0 ? { sign } : {}),
})

type Signal = ReturnType<typeof signal>

function pressure(of: Choice[]): Record<string, Signal> | string | null {
  const across = of.filter((c) => c.role === 'cop_right' || c.role === 'cop_left')
  const along = of.filter((c) => c.role === 'cop_front' || c.role === 'cop_back')
  const load = of.filter((c) => c.role === 'fz')
  const [a] = across
  const [b] = along
  const [f] = load
  if (across.length > 1 || along.length > 1 || load.length > 1)
    return 'Two columns have the same meaning. Choose each meaning once for each foot.'
  if (!a && !b) return null
  if (!a) return 'Choose the column that goes to the right or to the left.'
  if (!b) return 'Choose the column that goes to the front or to the back.'
  return {
    ml: signal(a, a.role === 'cop_left' ? -1 : 1),
    ap: signal(b, b.role === 'cop_back' ? -1 : 1),
    ...(f ? { fz: signal(f) } : {}),
  }
}

function plate(of: Choice[], foot: Foot, answers: Answers): Record<string, unknown> | string | null {
  const one = (role: string) => of.find((c) => c.role === role)
  const names = ['fx', 'fy', 'fz', 'mx', 'my', 'mz']
  if (!one('mx') && !one('my')) return null
  if (names.some((n) => of.filter((c) => c.role === n).length > 1))
    return 'Two columns have the same meaning. Choose each meaning once for each plate.'
  if (!one('fz') || !one('mx') || !one('my'))
    return 'A plate needs at least the vertical force and the moments about x and y.'
  if (!answers.right || !answers.front)
    return 'Say which of the plate’s axes points to the person’s right and which to the front.'
  if (answers.right.slice(1) === answers.front.slice(1))
    return 'Right and front are two different axes of the plate.'
  const height = answers.height_mm ?? 0
  if (height !== 0 && (!one('fx') || !one('fy')))
    return 'With a height of the surface the forces along x and y are needed too.'
  const found = names.flatMap((n) => {
    const choice = one(n)
    return choice ? [[n, signal(choice)] as const] : []
  })
  return {
    foot,
    h_mm: height,
    ml_axis: answers.right,
    ap_axis: answers.front,
    ...Object.fromEntries(found),
  }
}

/** The map, or one sentence that says what is still missing. */
export function mapOf(answers: Answers, needsRate: boolean): Record<string, unknown> | string {
  const used = answers.choices.filter((c) => c.role !== 'none')
  const bare = used.find((c) => !c.fixed && !c.unit)
  if (!used.length) return 'Choose what at least one column is.'
  if (bare) return `Choose the unit of “${bare.label}”.`
  if (needsRate && !(answers.rate_hz && answers.rate_hz > 0))
    return 'Say how many samples a second were recorded.'
  const map: Record<string, unknown> = {}
  if (needsRate) map.rate_hz = answers.rate_hz
  const plates: Record<string, unknown>[] = []
  for (const foot of ['both', 'right', 'left'] as Foot[]) {
    const of = used.filter((c) => c.foot === foot)
    const cop = pressure(of)
    if (typeof cop === 'string') return cop
    if (cop) map[foot === 'both' ? 'net' : foot] = cop
    const made = plate(of, foot, answers)
    if (typeof made === 'string') return made
    if (made) plates.push(made)
  }
  if (plates.length > 2) return 'At most two plates can be read.'
  if (plates.length) map.plates = plates
  const cells = used.filter((c) => corners.includes(c.role))
  if (cells.length) {
    if (corners.some((r) => cells.filter((c) => c.role === r).length !== 1))
      return 'A board needs all four load cells, each once.'
    if (!(answers.ml_mm && answers.ap_mm))
      return 'Say how far the load cells are apart, sideways and to the front.'
    map.corners = {
      ...Object.fromEntries(cells.map((c) => [c.role, signal(c)])),
      ml_mm: answers.ml_mm,
      ap_mm: answers.ap_mm,
    }
  }
  if (!map.net && !plates.length && !map.corners && !(map.right && map.left))
    return 'Choose the two columns of the pressure point, or a plate’s forces and moments.'
  return map
}

interface KeptSignal {
  column?: string
  unit?: string
  sign?: number
}

type KeptPart = Record<string, KeptSignal | string | number | undefined>

function put(choices: Choice[], kept: KeptPart[string], role: string, foot: Foot) {
  if (typeof kept !== 'object') return
  const choice = choices.find((c) => c.label === kept.column)
  if (!choice) return
  choice.role = role
  choice.foot = foot
  if (!choice.fixed) choice.unit = kept.unit ?? ''
}

/** Puts what a saved map says into the dialog's answers. */
export function recall(answers: Answers, map: Record<string, unknown>) {
  for (const choice of answers.choices) choice.role = 'none'
  for (const [name, foot] of [['net', 'both'], ['right', 'right'], ['left', 'left']] as const) {
    const part = (map[name] ?? {}) as KeptPart
    const turned = (kept: KeptPart[string]) => typeof kept === 'object' && kept.sign === -1
    put(answers.choices, part.ml, turned(part.ml) ? 'cop_left' : 'cop_right', foot)
    put(answers.choices, part.ap, turned(part.ap) ? 'cop_back' : 'cop_front', foot)
    put(answers.choices, part.fz, 'fz', foot)
  }
  for (const part of (map.plates ?? []) as KeptPart[]) {
    for (const role of ['fx', 'fy', 'fz', 'mx', 'my', 'mz'])
      put(answers.choices, part[role], role, (part.foot as Foot | undefined) ?? 'both')
    answers.right = String(part.ml_axis ?? '')
    answers.front = String(part.ap_axis ?? '')
    answers.height_mm = Number(part.h_mm ?? 0)
  }
  const cells = (map.corners ?? {}) as KeptPart
  for (const role of corners) put(answers.choices, cells[role], role, 'both')
  if (map.corners) {
    answers.ml_mm = Number(cells.ml_mm)
    answers.ap_mm = Number(cells.ap_mm)
  }
  if (typeof map.rate_hz === 'number') answers.rate_hz = map.rate_hz
}
