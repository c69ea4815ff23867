/** Traces as lanes one below the other, and the events that stand in them. */
import { number, sentence } from './format'
import { about, type StudyEvent, type StudyTrace } from './study'

export interface Lane {
  name: string
  unit: string
  channel?: string
  side?: string
  of: StudyTrace[]
}

/** Traces of one channel and unit share a lane: what was made of a signal lies over it; left lies over right. */
export function lanesOf(traces: StudyTrace[]): Lane[] {
  const found = new Map<string, Lane>()
  for (const given of traces) {
    const side = given.side ?? /^(left|right): /i.exec(given.label)?.[1]?.toLowerCase()
    const trace = { ...given, side, label: given.label.replace(/^(left|right): /i, '') }
    const same = trace.channel ? `${trace.channel}|${trace.unit}` : `${trace.label}|${trace.side}|${trace.unit}`
    const lane = found.get(same)
    if (lane) {
      lane.of.push(trace)
      if (lane.side !== trace.side) {
        lane.name = lane.name.replace(/, (left|right)$/i, '')
        lane.side = undefined
      }
    } else {
      const name = trace.channel && trace.role !== 'angle' ? trace.channel : trace.label
      found.set(same, {
        name: trace.side && !name.toLowerCase().includes(trace.side) ? `${name}, ${trace.side}` : name,
        unit: trace.unit,
        channel: trace.channel,
        side: trace.side,
        of: [trace],
      })
    }
  }
  return [...found.values()]
}

/** Left and right in one lane. */
export const bothSides = (lane: Lane): boolean =>
  lane.of.length === 2 && Boolean(lane.of[0]?.side && lane.of[1]?.side && lane.of[0].side !== lane.of[1].side)

export const concerns = (lane: Lane, event: StudyEvent): boolean =>
  (!event.channel || !lane.channel || event.channel === lane.channel) && (!event.side || !lane.side || event.side === lane.side)

/** What a trace is at a time: one number, or least to most where a step holds several. */
export function valueAt(trace: StudyTrace, at_s: number): string {
  const k = Math.floor((at_s - trace.start_s) / trace.step_s)
  const [low, high] = [trace.low[k], trace.high[k]]
  if (low === null || low === undefined || high === null || high === undefined) return ''
  const most = [...trace.low, ...trace.high].reduce<number>((m, v) => Math.max(m, Math.abs(v ?? 0)), 0)
  const digits = Math.max(0, Math.min(8, 2 - Math.floor(Math.log10(most || 1))))
  const [a, b] = [number(low, digits), number(high, digits)]
  return a === b ? a : trace.role === 'raw' || trace.role === 'clean' ? `${a} to ${b}` : number((low + high) / 2, digits)
}

/** "Rise 2", "Foot strike, left": what an event is called. */
export const eventName = (event: StudyEvent): string =>
  sentence(event.label) + (event.repetition ? ` ${event.repetition}` : '') + (about(event) ? `, ${about(event)}` : '')

export const eventTime = (event: StudyEvent): string =>
  event.end_s === undefined ? `${number(event.t_s, 2)} s` : `${number(event.t_s, 2)} to ${number(event.end_s, 2)} s`

/** The event of a lane at a place: the nearest moment within reach, else the shortest stretch around it. */
export function eventAt(events: StudyEvent[], lane: Lane, at_s: number, reach_s: number): StudyEvent | null {
  const mine = events.filter((e) => e.t_s !== null && concerns(lane, e))
  const far = (e: StudyEvent) => Math.abs((e.t_s ?? 0) - at_s)
  const near = mine.filter((e) => e.end_s === undefined && far(e) <= reach_s).sort((a, b) => far(a) - far(b))
  const length = (e: StudyEvent) => (e.end_s ?? 0) - (e.t_s ?? 0)
  const around = mine.filter((e) => e.end_s !== undefined && (e.t_s ?? 0) <= at_s && at_s <= e.end_s)
  return near[0] ?? around.sort((a, b) => length(a) - length(b))[0] ?? null
}
