/** Studies: what can be measured besides balance, as the server tells it (clinic/study.h). */
import { number, plural, sentence } from './format'
import type { QualityCheck } from './types'
import { unitWord } from './words'

export interface StudyOption {
  name: string
  type: 'flag' | 'number' | 'choice' | 'span' | 'channel' | 'channels' | 'text'
  unit: string | null
  choices: string | null
  fallback: string | null
  help: string
  least?: number
  most?: number
}

export interface Study {
  name: string
  title: string
  what: string
  reference: string | null
  options: StudyOption[]
}

export interface StudyMeasure {
  code: string
  /** What it is entered as. */
  measure?: string
  name?: string
  value: number | null
  unit: string
  better?: 'lower' | 'none' | 'higher'
  channel?: string
  side?: string
  repetition?: number
  low?: number
  high?: number
  note?: string
  extra?: boolean
  norm?: { text: string; low?: number; high?: number; source: string; verified?: boolean }
}

export interface StudyEvent {
  label: string
  t_s: number | null
  end_s?: number
  channel?: string
  side?: string
  repetition?: number
  confidence?: number | null
  reason?: string
  /** false: seen, but too small or too unsure to count. */
  counted?: boolean
}

export interface StudyTrace {
  label: string
  unit: string
  role: 'raw' | 'clean' | 'envelope' | 'angle' | 'force' | 'position'
  channel?: string
  side?: string
  start_s: number
  step_s: number
  low: (number | null)[]
  high: (number | null)[]
}

export interface StudyResult {
  study: string
  title: string
  profile: string
  verdict: 'ok' | 'warn' | 'fail'
  quality: (QualityCheck & { channel?: string })[]
  measures: StudyMeasure[]
  events: StudyEvent[]
  traces?: StudyTrace[]
  methods: string
  warnings: string[]
  detail?: Record<string, unknown>
}

export interface ChannelRow {
  label: string
  name?: string
  unit?: string
  use?: boolean
}

export type Options = Record<string, boolean | number | string | number[] | string[]>

export interface StudySettings {
  name: string | null
  options: Options | null
  channels: ChannelRow[] | null
  references: string[] | null
}

export interface PreviewChannel {
  label: string
  unit: string
  rate_hz: number | null
  n: number
  missing: number
  min: number | null
  max: number | null
  mean: number | null
  low: (number | null)[]
  high: (number | null)[]
}

export interface Preview {
  name: string
  format: string
  maker: string
  duration_s: number | null
  fingerprint: string
  points: { count: number; rate_hz: number | null; unit: string; labels: string[] } | null
  channels: PreviewChannel[]
  n_channels: number
  platforms: number
  events: { label: string; context: string; t_s: number | null }[]
  warnings: string[]
}

export interface Look {
  name: string
  preview: Preview
  studies: { name: string; title: string; suits: 0 | 1 | 2 }[]
  balance: boolean
  study: string | null
  settings: StudySettings
  saved: { id: string; name: string } | null
  result: StudyResult | null
  problem: { code: 'layout' | 'argument' | 'data'; where: string; message: string } | null
}

/** "rate_hz" as a label: "Rate". The unit stands behind the field. */
export function optionWord(option: StudyOption): string {
  const unit = option.unit?.replaceAll('.', '_').toLowerCase()
  let words = option.name
  if (unit && words.endsWith(`_${unit}`)) words = words.slice(0, -unit.length - 1)
  return optionText(words)
}

/** Names that a command needs short and a page says in words. */
const OPTION_WORDS: Record<string, string> = {
  chair_rise_5: 'Five times sit to stand',
  chair_rise_30s: 'Sit to stand for 30 s',
  tug: 'Timed Up and Go',
  reach_arm: 'Reaching with an arm',
  reach_forward: 'Functional reach',
  gyr_unit: 'Unit of the angular rate',
  acc_unit: 'Unit of the acceleration',
}

/** "max_of_trial" as "Max of trial"; what is short for several words stays in capitals. */
export function optionText(text: string): string {
  const words = OPTION_WORDS[text]
  if (words) return words
  return sentence(text.replaceAll('_', ' ')).replace(/\b(aglr|tkeo|ecg|mvc)\b/gi, (w) => w.toUpperCase())
}

/** A choice; a unit or an axis stays as it is written. */
export const choiceText = (text: string): string => (/^-?\w$|\//.test(text) ? text : optionText(text))

/** What was said of a recording, each in a few words: "Rate: 1000 Hz". */
export function optionsSaid(study: Study | null | undefined, options: Options | null | undefined): string[] {
  return Object.entries(options ?? {}).map(([name, value]) => {
    const option = study?.options.find((o) => o.name === name)
    const label = option ? optionWord(option) : optionText(name)
    if (value === true) return label
    const text = option?.type === 'choice' ? choiceText(String(value)) : String(value)
    const unit = option?.unit ? unitWord(option.unit) : ''
    return `${label}: ${text}${unit && ` ${unit}`}`
  })
}

/** The channels as a study sees them: renamed, without those that were left out. */
export function channelNames(preview: Preview, rows: ChannelRow[] | null): string[] {
  return preview.channels.flatMap((c) => {
    const row = rows?.find((r) => r.label === c.label)
    return row?.use === false ? [] : [row?.name ?? c.label]
  })
}

/** Whom a row speaks about: "VL", "left", "VL left"; empty for all together. */
export const about = (row: { channel?: string; side?: string }): string =>
  [row.channel, row.side].filter(Boolean).join(', ')

/** Decimals beyond which a unit only pretends: an angle is not known to a thousandth of a degree. */
const PLACES: Record<string, number> = {
  deg: 1,
  '%': 1,
  mm: 1,
  s: 3,
  'm/s': 2,
  m: 3,
  dB: 1,
  Hz: 1,
  '/min': 0,
  N: 1,
  kg: 1,
  'N.m': 1,
  'deg/s': 1,
  '%/min': 1,
}

/** A measure's value: three figures that count, but no more decimals than its unit bears. */
export function measured(value: number | null | undefined, unit: string): string {
  const most = PLACES[unit]
  if (value === null || value === undefined || most === undefined || Number.isInteger(value)) return figures(value)
  const size = Math.abs(value)
  return number(value, Math.max(0, Math.min(most, size > 0 ? 2 - Math.floor(Math.log10(size)) : 0)))
}

/** Where a value lies against its published limits; null where there are none. */
export function outside(m: StudyMeasure): 'above' | 'below' | 'within' | null {
  if (m.value === null || !m.norm) return null
  if (m.norm.high !== undefined && m.value > m.norm.high) return 'above'
  if (m.norm.low !== undefined && m.value < m.norm.low) return 'below'
  return m.norm.low !== undefined || m.norm.high !== undefined ? 'within' : null
}

export function valueText(measure: StudyMeasure | undefined): string {
  if (!measure) return ''
  if (measure.value === null) return 'not known'
  const unit = unitWord(measure.unit)
  return `${measured(measure.value, measure.unit)}${unit ? ` ${unit}` : ''}`
}

/** What a file of this format holds, in one line. */
export function contents(preview: Preview): string {
  const parts = [preview.format.length < 5 ? preview.format.toUpperCase() : sentence(preview.format)]
  if (preview.points?.count) parts.push(plural(preview.points.count, 'marker'))
  if (preview.n_channels) parts.push(plural(preview.n_channels, 'channel'))
  if (preview.platforms) parts.push(plural(preview.platforms, 'force plate'))
  if (preview.duration_s !== null) parts.push(`${number(preview.duration_s, 1)} s`)
  return parts.join(' · ')
}

/** The outline of a channel as one closed path in a box of 120 x 24. */
export function outline(c: PreviewChannel): string {
  const span = (c.max ?? 0) - (c.min ?? 0) || 1
  const y = (v: number | null) => (23 - (22 * ((v ?? c.min ?? 0) - (c.min ?? 0))) / span).toFixed(1)
  const x = (k: number) => ((120 * k) / Math.max(1, c.low.length - 1)).toFixed(1)
  const up = c.high.map((v, k) => `${x(k)} ${y(v)}`)
  const down = c.low.map((v, k) => `${x(k)} ${y(v)}`).reverse()
  return `M${[...up, ...down].join('L')}Z`
}

/** Three figures that count, since muscle signals are thousandths of a unit; counts as they are. */
export function figures(value: number | null | undefined): string {
  const size = Math.abs(value ?? 0)
  if (value === null || value === undefined || size >= 100 || Number.isInteger(value)) return number(value)
  if (size < 1e-4) return value.toExponential(2).replace('e-', ' × 10⁻').replace('-', '\u2212')
  return number(value, 2 - Math.floor(Math.log10(size)))
}

/** The server speaks of options as they are typed; on a page they are fields. */
export function inWords(text: string, options: StudyOption[] = []): string {
  return text.replaceAll(/--([a-z][a-z-]*)(?: (?:N|NAME|FROM,TO)\b)?/g, (_, name: string) => {
    const option = options.find((o) => o.name === name.replaceAll('-', '_'))
    return `“${option ? optionWord(option) : name.replaceAll('-', ' ')}”`
  })
}
