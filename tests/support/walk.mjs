// The course of care through the API, as the pages walk it: an invented person, a synthetic recording.
import { ask } from './server.mjs'

/** Every question of the safety screen, answered no. */
const screen = Object.fromEntries(
  ['dvt_active', 'bleeding_untreated', 'infection_site', 'poor_circulation_site', 'malignancy_at_site', 'cannot_report', 'site_sensation_loss', 'skin_fragile', 'radiated_6mo', 'lmn_intact'].map((name) => [name, 0]),
)

/** 30 s of quiet standing on one plate at 100 Hz: a sum of slow sines and a little noise. */
export function standing(seed = 1, seconds = 30) {
  let state = seed
  const noise = () => {
    state = (state * 1103515245 + 12345) % 2147483648
    return state / 2147483648 - 0.5
  }
  const rows = ['Time[s]\tFx[N]\tFy[N]\tFz[N]\tMx[Nm]\tMy[Nm]\tMz[Nm]\tCOPx[cm]\tCOPy[cm]']
  for (let i = 0; i < seconds * 100; i++) {
    const t = i / 100
    const wave = (k) => [0.13, 0.31, 0.52, 0.81].reduce((sum, f, j) => sum + Math.sin(2 * Math.PI * f * t + j * k + seed) / (1 + j), 0)
    const ap = 0.45 * wave(1.3) + 0.01 * noise()
    const ml = 0.25 * wave(2.1) + 0.01 * noise()
    const fz = 690 + 0.8 * wave(0.7) + 0.05 * noise()
    const numbers = [t, 0.3 * wave(0.2), 0.4 * wave(0.4), fz, (ml / 100) * fz, (-ap / 100) * fz, 0.1 * wave(3), ap, ml]
    rows.push(numbers.map((x, j) => (j === 0 ? x.toFixed(3) : x.toFixed(6))).join('\t'))
  }
  return Buffer.from(rows.join('\n') + '\n')
}

/** Three pushes on a dynamometer at 1 kHz, 6 s apart: 1.5 s of rest, 3 s held. Newtons in one column of this name. */
export function pushes(peaks, label) {
  const rows = [`Time (s),${label}`]
  for (let i = 0; i < 18000; i++) {
    const t = (i % 6000) / 1000 - 1.5
    rows.push(`${(i / 1000).toFixed(3)},${(t > 0 && t < 3 ? peaks[Math.floor(i / 6000)] * (1 - Math.exp(-t / 0.06)) : 0).toFixed(5)}`)
  }
  return Buffer.from(rows.join('\n') + '\n')
}

/** Eight reaches at unequal intervals: second of the cue and millimetres reached, from the front clockwise. */
export const reaches = [
  [2, 80],
  [8.5, 72],
  [13.25, 90],
  [21, 50],
  [26, 45],
  [34.75, 48],
  [40.5, 85],
  [50, 70],
]

/** 60 s of limits of stability as a file: each movement begins 0.4 s after its cue, goes out and back in 0.8 s each like half a
 *  cosine and stays for 1 s between. A wobble of 0.2 mm and
 *  a little noise of the force, so that no sample repeats. */
export function leaning() {
  let state = 7
  const noise = () => {
    state = (state * 1103515245 + 12345) % 2147483648
    return state / 2147483648 - 0.5
  }
  const rows = ['Time[s]\tFx[N]\tFy[N]\tFz[N]\tMx[Nm]\tMy[Nm]\tMz[Nm]\tCOPx[cm]\tCOPy[cm]']
  const share = (t) => (t <= 0 || t >= 2.6 ? 0 : t < 0.8 ? 0.5 - 0.5 * Math.cos((Math.PI * t) / 0.8) : t < 1.8 ? 1 : 0.5 + 0.5 * Math.cos((Math.PI * (t - 1.8)) / 0.8))
  for (let i = 0; i < 6000; i++) {
    const t = i / 100
    let ml = 0.2 * Math.sin(2 * Math.PI * 0.31 * t)
    let ap = 0.2 * Math.sin(2 * Math.PI * 0.43 * t + 1)
    reaches.forEach(([cue, mm], k) => {
      ml += mm * share(t - cue - 0.4) * Math.sin((Math.PI / 4) * k)
      ap += mm * share(t - cue - 0.4) * Math.cos((Math.PI / 4) * k)
    })
    const fz = 690 + 0.8 * Math.sin(2 * Math.PI * 0.21 * t) + 0.3 * noise()
    const numbers = [t, 0.2 * Math.sin(t) + 0.05 * noise(), 0.3 * Math.cos(t) + 0.05 * noise(), fz, (ml / 1000) * fz, (-ap / 1000) * fz, 0.1 * Math.sin(1.3 * t) + 0.05 * noise(), ap / 10, ml / 10]
    rows.push(numbers.map((x, j) => (j === 0 ? x.toFixed(3) : x.toFixed(6))).join('\t'))
  }
  return Buffer.from(rows.join('\n') + '\n')
}

export const today = () => new Date().toISOString().slice(0, 10)
export const inDays = (days) => new Date(Date.now() + days * 86400000).toISOString().slice(0, 10)

/** Asks, and throws unless the status is the expected one. `seen` (may be null) looks at every answer. */
export async function must(server, method, path, expected, options = {}, seen = null) {
  const answer = await ask(server, method, path, options)
  if (seen) seen(method, path, answer)
  if (answer.status !== expected) throw new Error(`${method} ${path}: ${answer.status} ${answer.text.slice(0, 600)}`)
  return answer.json
}

export const person = { given_name: 'Ada', family_name: 'Probe', birth_date: '1958-03-02', sex: 'female', example: true }

export const referral = { referrer: 'Dr Example', received_on: today(), diagnosis_text: 'Stroke', request: 'Balance and gait', direct_access: false }

/** An intake with every red flag answered; `flagged` are those answered yes. */
export function intake(flags, flagged = []) {
  return {
    completed_by: 'both',
    symptoms: [],
    history: 'Sudden weakness of the left side',
    diagnosis: { text: 'Ischaemic stroke' },
    conditions: { stroke: 1 },
    onset_at: inDays(-40),
    affected_side: 'left',
    hand_dominance: 'right',
    medications: [],
    implants: [],
    implanted_device: 0,
    pregnant: 0,
    epilepsy: 0,
    falls_12mo: 1,
    vital_signs: { sbp: 128, dbp: 78, hr: 70, spo2: 97, measured_at: new Date().toISOString() },
    red_flags: Object.fromEntries(flags.map((name) => [name, flagged.includes(name) ? 1 : 0])),
    stimulation_screen: screen,
    concerns: ['Stairs'],
    own_goals: [],
    consent: { treatment: true, data: true, given_by: 'Ada Probe', at: new Date().toISOString() },
  }
}

/** A new person up to the evaluation; resolves to {person, episode, evaluation, flags}. */
export async function toEvaluation(server, seen = null) {
  const people = await must(server, 'POST', '/api/people', 201, { body: person }, seen)
  const episode = await must(server, 'POST', `/api/people/${people.id}/episodes`, 201, { body: { discipline: 'PT', title: 'After a stroke' } }, seen)
  const at = `/api/episodes/${episode.id}`
  const to = (state) => must(server, 'POST', `${at}/transition`, 200, { body: { to: state, note: 'test' } }, seen)
  const add = (kind, body, parent_id) => must(server, 'POST', `${at}/documents/${kind}`, 201, { body: parent_id ? { body, parent_id } : { body } }, seen)
  const precautions = await must(server, 'GET', '/api/knowledge/precautions', 200, {}, seen)
  const flags = precautions.filter((one) => one.group === 'red-flag').map((one) => one.id)
  await add('referral', referral)
  await to('intake')
  await add('intake', intake(flags))
  await to('screened')
  const evaluation = await add('evaluation', { type: 'initial', date: today(), examiner: 'T. Therapist' })
  await to('evaluating')
  return { person: people, episode, evaluation, flags, at, to, add }
}
