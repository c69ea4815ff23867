import type { Measure, Norm, QualityCheck, Result, Trace } from './types'

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
  clinical: boolean
  low: number | null
  high: number | null
  normText: string
  normSource: string
  normPeople: string
  verified: boolean
  mdc: number | null
  mdcNote: string
  icc: number | null
  definition: string
  settings: string
  verdict: 'above' | 'below' | 'in' | null
  better: string
}

const finite = (value: unknown): number | null =>
  typeof value === 'number' && Number.isFinite(value) ? value : null

export function row(m: Measure): Row {
  const norm: Norm = m.norm ?? {}
  const low = finite(norm.low) ?? finite(norm.lo)
  const high = finite(norm.high) ?? finite(norm.hi)
  const value = finite(m.value)
  const mdcObject = m.mdc && typeof m.mdc === 'object' ? m.mdc : null
  const mdc = finite(m.mdc95) ?? finite(m.mdc) ?? finite(mdcObject?.value)
  let verdict: Row['verdict'] = null
  if (value !== null && (low !== null || high !== null)) {
    verdict = high !== null && value > high ? 'above' : low !== null && value < low ? 'below' : 'in'
  }
  return {
    code: m.code,
    name: m.name ?? m.code,
    value,
    unit: m.unit ?? '',
    clinical: m.clinical !== false,
    low,
    high,
    normText: norm.text ?? '',
    normSource: norm.source ?? '',
    normPeople: norm.population ?? '',
    verified: norm.verified === true,
    mdc,
    mdcNote: mdcObject?.note ?? mdcObject?.interval ?? m.mdc_interval ?? '',
    icc: finite(m.icc),
    definition: m.definition ?? '',
    settings: m.settings ?? '',
    verdict,
    better: m.better ?? '',
  }
}

/** The verdict on the recording as a colleague would say it. */
export function quality(checks: QualityCheck[]): {
  grade: 'ok' | 'warn' | 'fail'
  title: string
  text: string
} {
  const failed = checks.filter((c) => c.verdict === 'fail').length
  const warned = checks.filter((c) => c.verdict === 'warn').length
  const passed = checks.length - failed - warned
  const say = (n: number, one: string, many: string) => `${n} ${n === 1 ? one : many}`
  const remarks = warned ? `, ${say(warned, 'remark', 'remarks')}` : ''
  if (checks.length === 0) {
    return { grade: 'warn', title: 'Not checked', text: 'This recording came without a verdict.' }
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
