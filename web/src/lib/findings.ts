import { withUnit } from './change'
import { day, number } from './format'
import type { Finding, Severity } from './types'
import { severityMark, unitWord } from './words'
import type { Mark } from '../parts/BodyFigure.svelte'

const rank: Record<Severity, number> = {
  complete: 0,
  severe: 1,
  moderate: 2,
  mild: 3,
  outside: 4,
  unknown: 5,
  none: 6,
}

export const worstFirst = (findings: Finding[]): Finding[] =>
  [...findings].sort((a, b) => (rank[a.severity] ?? 6) - (rank[b.severity] ?? 6))

/** What was found, in one line: the server's words, or name, value and unit. */
export function say(f: Finding): string {
  const extra = f as Finding & { text?: string; value_text?: string }
  if (!f.unknown && extra.value_text) {
    if (f.unit === '{grade}') return `grade ${extra.value_text}`
    return extra.value_text.replace(/ deg$/, '°')
  }
  if (f.unknown || f.value === null) return 'not known yet'
  if (f.unit === '0/1' || f.unit === '{yes/no}') return f.value ? 'yes' : 'no'
  const unit = unitWord(f.unit)
  return `${number(f.value)}${unit.startsWith('°') ? '' : ' '}${unit}`.trim()
}

export function title(f: Finding): string {
  const text = f.meaning || f.name.replaceAll('_', ' ')
  return text.charAt(0).toUpperCase() + text.slice(1)
}

/** "was 9 kg, noise not known": the server's verdict in few words. */
function changed(change: unknown, unit: string | undefined): string {
  if (!change || typeof change !== 'object' || !('from' in change)) return ''
  const { from, verdict } = change as { from: number; verdict?: string }
  const noise = /^no MDC/.test(verdict ?? '') ? 'noise not known' : (verdict ?? '')
  return [`was ${withUnit(from, unit)}`, noise].filter(Boolean).join(', ')
}

/** The quiet line: norm, other side, change, ICF, date. */
export function context(f: Finding): string {
  const text = (x: unknown): string =>
    typeof x === 'string'
      ? x
      : x && typeof x === 'object' && 'text' in x && typeof x.text === 'string'
        ? x.text
        : ''
  const norm =
    f.norm && typeof f.norm === 'object' && !f.norm.text
      ? f.norm.low != null && f.norm.high != null
        ? `norm ${number(f.norm.low)} to ${number(f.norm.high)}`
        : f.norm.high != null
          ? `norm up to ${number(f.norm.high)}`
          : f.norm.low != null
            ? `norm from ${number(f.norm.low)}`
            : ''
      : text(f.norm)
  const icf = f.icf?.code
    ? `ICF ${f.icf.code}${f.icf.qualifier != null ? `.${f.icf.qualifier}` : ''}`
    : ''
  const at = f.source?.at ? day(f.source.at) : ''
  return [
    norm || (f.no_norm ?? f.why_unknown ?? ''),
    text(f.side_to_side),
    changed(f.change, f.unit),
    f.unknown ? '' : (f.source?.text ?? '').replace(/,? *\d{4}-\d{2}-\d{2}$/, ''),
    icf,
    at,
  ]
    .filter(Boolean)
    .join(' · ')
}

/** Marks of the body figure: the worst finding of a region decides, numbered as in the list. */
export function bodyMarks(findings: Finding[]): Record<string, Mark> {
  const marks: Record<string, Mark> = {}
  findings.forEach((f, i) => {
    const mark = severityMark(f.severity)
    if (mark === 'ok') return
    for (const region of f.regions ?? []) {
      if (marks[region]) continue
      marks[region] = {
        severity: mark,
        number: i + 1,
        label: `${title(f)}, ${f.severity === 'unknown' ? 'not known' : f.severity}. ${say(f)}`,
      }
    }
  })
  return marks
}
