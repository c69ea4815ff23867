import type { Measure, NormBand, QualityCheck, Result, Trace } from './types'
import { unitWord } from './words'

/** What POST /api/inspect and GET /api/examples/{id} answer: a result with its trace. */
export interface Inspection {
  result: Result
  trace: Trace | null
  attribution?: string
  name?: string
}

/** The answer may carry the trace beside the result or be the result with a trace in it. */
export function inspection(answer: unknown): Inspection {
  const top = (answer ?? {}) as Record<string, unknown>
  const result = (top.result ?? top) as Result
  const trace = (top.trace ?? (result as Record<string, unknown>).trace ?? null) as Trace | null
  const attribution = typeof top.attribution === 'string' ? top.attribution : undefined
  return { result, trace, attribution }
}

export interface Row {
  code: string
  name: string
  value: number | null
  unit: string
  withheld: boolean
  low: number | null
  high: number | null
  normPeople: string
  normSource: string
  mdc: number | null
  mdcNote: string
  /** Over which time the noise was measured: "same session". */
  mdcOver: string
  icc: number | null
  noiseSource: string
  verdict: 'above' | 'below' | 'within' | null
}

const finite = (value: unknown): number | null =>
  typeof value === 'number' && Number.isFinite(value) ? value : null

/** Whom a norm was measured on: a number without this is no norm. */
function people(norm: NormBand): string {
  const ages = `${Math.ceil(norm.age_low)} to ${Math.floor(norm.age_high)} years`
  return `${norm.n} people, ${ages}, ${norm.surface}, eyes ${norm.vision}, 5th to 95th percentile`
}

export function row(m: Measure): Row {
  const value = finite(m.value)
  return {
    code: m.code,
    name: m.name ?? m.code,
    value,
    unit: unitWord(m.unit),
    withheld: m.withheld === true,
    low: m.norm ? finite(m.norm.p5) : null,
    high: m.norm ? finite(m.norm.p95) : null,
    normPeople: m.norm ? people(m.norm) : '',
    normSource: m.norm?.source ?? '',
    mdc: finite(m.reliability?.mdc95),
    mdcNote: m.reliability ? `${m.reliability.interval}, ${m.reliability.n} people` : '',
    mdcOver: m.reliability?.interval ?? '',
    icc: finite(m.reliability?.icc21),
    noiseSource: m.reliability?.source ?? '',
    verdict: value === null ? null : (m.norm?.position ?? null),
  }
}

/** A check that could not be made counts neither as passed nor as failed. */
export const isOpen = (check: QualityCheck): boolean =>
  check.verdict === 'ok' && /^(.*: )?not checked/.test(check.detail)

/** The verdict on the recording as a colleague would say it. */
export function quality(checks: QualityCheck[]): {
  grade: 'ok' | 'warn' | 'fail'
  title: string
  text: string
} {
  const failed = checks.filter((c) => c.verdict === 'fail').length
  const warned = checks.filter((c) => c.verdict === 'warn').length
  const open = checks.filter(isOpen).length
  const passed = checks.length - failed - warned - open
  const say = (n: number, one: string, many: string) => `${n} ${n === 1 ? one : many}`
  const remarks = (warned ? `, ${say(warned, 'remark', 'remarks')}` : '') + (open ? `, ${open} could not be made` : '')
  if (checks.length === 0) {
    return { grade: 'warn', title: 'Not checked', text: 'This recording came without a verdict.' }
  }
  if (open === checks.length) {
    return { grade: 'warn', title: 'Not checked', text: `${say(open, 'check', 'checks')} could not be made` }
  }
  if (failed) {
    return {
      grade: 'fail',
      title: 'Not good enough',
      text: `${say(failed, 'check', 'checks')} failed, ${passed} passed${remarks}. No clinical value.`,
    }
  }
  return {
    grade: warned ? 'warn' : 'ok',
    title: 'Good enough to keep',
    text: `${say(passed, 'check', 'checks')} passed${remarks || ', no remark'}`,
  }
}
