/** What is read first of a study: its few leading numbers and the sentence above them. */
import { number, plural, sentence } from './format'
import { about, measured, type StudyMeasure, type StudyResult } from './study'
import { unitWord } from './words'

/** A row of knowledge/norms beside which a number was put. */
export interface Published {
  kind?: string
  statistic?: string
  variable?: string
  value?: number
  low?: number
  high?: number
  sd?: number
  unit?: string
  measured?: number
  population?: string
  source?: string
  use?: string
  verified?: boolean
}

/** One number with both sides where there are sides. */
export interface Headline {
  code: string
  name: string
  whole?: StudyMeasure
  left?: StudyMeasure
  right?: StudyMeasure
  published?: Published
}

/** The same study of this person before: the numbers and the day. */
export interface Previous {
  when: string
  measures: StudyMeasure[]
}

/** What a colleague would ask for first; a study that is not named here leads with its first numbers. */
const LEADS: Record<string, string[]> = {
  strength: ['strength.best', 'strength.torque.best', 'strength.lsi', 'strength.spread', 'strength.fatigue.trials'],
  gait: ['gait.speed', 'gait.cadence', 'gait.step.length', 'gait.step.time'],
  function: [
    'function.5xsts.time', 'function.30s.count', 'function.tug.time', 'function.5xsts.to_stand', 'function.tug.turn',
    'function.reach.forward_best', 'function.rise.count', 'function.turn.count', 'function.rise.power',
  ],
  motion: ['motion.rom', 'motion.end', 'motion.repetitions', 'motion.repetition.sd', 'motion.range'],
  emg: ['emg.bursts', 'emg.active.share', 'emg.frequency.median', 'emg.fatigue.slope'],
}
const SHOWN = 4

export const published = (result: StudyResult): Published[] =>
  Array.isArray(result.detail?.published) ? (result.detail.published as Published[]) : []

/** At most four; none where a study speaks of many channels at once. */
export function headlines(result: StudyResult): Headline[] {
  const found = new Map<string, Headline>()
  const many = new Set<string>()
  const of = new Map<string, string>()
  for (const m of result.measures) {
    if (m.repetition !== undefined) continue
    if (m.channel && (of.get(m.code) ?? m.channel) !== m.channel) many.add(m.code)
    if (m.channel) of.set(m.code, m.channel)
    const one = found.get(m.code) ?? { code: m.code, name: m.name ?? m.code }
    if (m.side === 'left') one.left = m
    else if (m.side === 'right') one.right = m
    else one.whole = m
    found.set(m.code, one)
  }
  const able = [...found.values()].filter((one) => !many.has(one.code))
  const lead = LEADS[result.study] ?? []
  // What is known leads; after a failed check the first question stays first, with its "not known".
  const known = (one: Headline): boolean => [one.whole, one.left, one.right].some((m) => m && m.value !== null)
  const asked = lead.flatMap((code) => able.filter((one) => one.code === code))
  const chosen = result.verdict === 'fail' ? asked : [...asked.filter(known), ...asked.filter((one) => !known(one))]
  const rows = published(result).filter((row) => row.use === 'judge' && row.value !== undefined)
  return (chosen.length ? chosen : able).slice(0, SHOWN).map((one) => {
    const value = one.whole?.value
    const row = rows.find((r) => r.measured !== undefined && value !== null && r.measured === value)
    return row ? { ...one, published: row } : one
  })
}

/** Right against left, as a share of the larger; null where a share says nothing. */
export function sides(left?: StudyMeasure, right?: StudyMeasure): string {
  if (left?.value === null || right?.value === null || !left || !right) return ''
  const [l, r] = [left.value, right.value]
  const by = r - l
  if (left.unit === 'deg' || left.unit === '%')
    return Math.abs(by) < 0.05 ? 'both the same' : `${by > 0 ? 'right' : 'left'} ${measured(Math.abs(by), left.unit)}${left.unit === 'deg' ? '°' : ' points'} more`
  const most = Math.max(Math.abs(l), Math.abs(r))
  if (!(most > 0) || l * r < 0) return ''
  const share = (100 * Math.abs(by)) / most
  return share < 0.5 ? 'both the same' : `${by > 0 ? 'right' : 'left'} ${number(share, share < 10 ? 1 : 0)} % more`
}

/** What a colleague would say who has just looked at it; empty where the numbers say it. */
export function opening(result: StudyResult): string {
  const of = (code: string) => result.measures.filter((m) => m.code === code && m.repetition === undefined && m.value !== null)
  const muscles = of('emg.bursts')
  if (muscles.length > 1 && result.verdict !== 'fail') {
    const bursts = muscles.reduce((sum, m) => sum + (m.value ?? 0), 0)
    const busy = [...of('emg.active.share')].sort((a, b) => (b.value ?? 0) - (a.value ?? 0))[0]
    return `${plural(muscles.length, 'muscle')}, ${plural(bursts, 'burst')}.${busy ? ` Most of the time active: ${about(busy)}, ${measured(busy.value, '%')} %.` : ''}`
  }
  const ranges = of('motion.range')
  if (ranges.length > 2 && !of('motion.rom').length) {
    const widest = [...ranges].sort((a, b) => (b.value ?? 0) - (a.value ?? 0))[0]
    return `${plural(ranges.length, 'angle')}. The widest range: ${angleName(widest)}, ${measured(widest?.value, 'deg')}°. Choose a joint under “How it is measured” to test its range against published values.`
  }
  return ''
}

const angleName = (m: StudyMeasure | undefined): string => (m ? about(m).replaceAll(/[._]/g, ' ') : '')

/** "Above 0.8 m/s, the published limit for “slow (EWGSOP2)” (older adults)". */
export function against(row: Published, value: number): string {
  const limit = row.value ?? 0
  const unit = unitWord(row.unit)
  const place = `${value > limit ? 'Above' : value < limit ? 'Below' : 'At'} ${number(limit)}${unit ? ` ${unit}` : ''}`
  return `${place}, the published limit${row.variable ? ` for “${row.variable}”` : ''}${row.population ? ` (${row.population})` : ''}`
}

/** "12.4 s on 3 Nov, now 1.1 s less". */
export function since(now: StudyMeasure, previous: Previous | null): string {
  const then = previous?.measures.find(
    (m) => m.code === now.code && m.side === now.side && m.channel === now.channel && m.repetition === undefined,
  )
  if (!previous || !then || then.value === null || now.value === null || then.unit !== now.unit) return ''
  const by = now.value - then.value
  const unit = unitWord(now.unit)
  const text = (v: number) => `${measured(v, now.unit)}${unit && unit !== '°' ? ` ${unit}` : unit}`
  return `${sentence(text(then.value))} on ${previous.when}, now ${measured(by, now.unit) === measured(0, now.unit) ? 'the same' : `${text(Math.abs(by))} ${by > 0 ? 'more' : 'less'}`}`
}
