import { number, signed } from './format'
import type { Trend } from './progress'
import { unitWord } from './words'

/** "0.62 m/s", "90°", "3": a value with its unit as people write it. */
export function withUnit(value: number | null | undefined, unit?: string | null): string {
  const word = unitWord(unit)
  if (value === null || value === undefined) return 'not known'
  if (unit === '{grade}') return `grade ${number(value)}`
  return `${number(value)}${word && !word.startsWith('°') ? '\u00a0' : ''}${word}`
}

export type Kind = 'better' | 'worse' | 'changed' | 'within' | 'session' | 'unknown' | 'same'

/** First against last value, as the server judged it; the direction decides better or worse. */
export function kindOf(trend: Trend): Kind {
  const verdict = trend.verdict ?? ''
  if (verdict.startsWith('within')) return 'within'
  if (verdict.startsWith('beyond same-session')) return 'session'
  if (verdict.startsWith('beyond'))
    return trend.direction === 1 ? 'better' : trend.direction === -1 ? 'worse' : 'changed'
  return difference(trend) === 0 ? 'same' : 'unknown'
}

export function ends(trend: Trend) {
  const points = trend.points.filter((p) => typeof p.value === 'number')
  return { n: points.length, first: points[0], last: points[points.length - 1] }
}

export function difference(trend: Trend): number {
  const { first, last } = ends(trend)
  return (last?.value ?? 0) - (first?.value ?? 0)
}

export const changeChip: Record<Kind, { kind: '' | 'blue' | 'orange' | 'dash'; text: string }> = {
  better: { kind: 'blue', text: 'Better, beyond noise' },
  worse: { kind: 'orange', text: 'Worse, beyond noise' },
  changed: { kind: 'blue', text: 'Changed beyond noise' },
  session: { kind: 'dash', text: 'Beyond same-session noise; day-to-day noise unknown' },
  within: { kind: 'dash', text: 'Within noise' },
  unknown: { kind: 'dash', text: 'Noise not known' },
  same: { kind: '', text: 'Same value' },
}

/** "+0.12 m/s", "no change". */
export function changeText(trend: Trend): string {
  const by = difference(trend)
  if (by === 0) return 'no change'
  if (trend.unit === '{grade}') return `${signed(by)} ${Math.abs(by) === 1 ? 'grade' : 'grades'}`
  return withUnit(by, trend.unit).replace(number(by), signed(by))
}

/** One sentence: what the change may mean, held against the noise of measuring. */
export function changeSentence(trend: Trend): string {
  const mdc = withUnit(trend.mdc, trend.unit)
  const when =
    trend.mdc_interval === 'days'
      ? ', days apart'
      : trend.mdc_interval === 'same session'
        ? ' in one session'
        : ''
  const kind = kindOf(trend)
  const noise =
    kind === 'within'
      ? `Measuring again without any real change can give ${mdc} more or less${when}.`
      : kind === 'session'
        ? `Repeats in one session differ by up to ${mdc}. How much it varies from day to day is not known.`
        : kind === 'unknown' || kind === 'same'
          ? 'How much it varies by chance is not known, so no verdict.'
          : `More than the ${mdc} that measuring alone can give${when}.`
  const notice =
    typeof trend.mcid === 'number'
      ? ` ${trend.important ? 'At least' : 'Less than'} the ${withUnit(trend.mcid, trend.unit)} that matters to people.`
      : ''
  return `${noise}${notice}`
}
