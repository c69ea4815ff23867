// Any recording, dropped: what it is, its traces, verdict and measures; channels explained and remembered;
// kept in the chart, held against another, its value entered. One open recording of each kind where the
// data are.
import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { check, launch, open, program, serve, settled, shot, test, visit } from './support.mjs'

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')

async function clean(page, what) {
  await page.evaluate(axe)
  const found = await page.evaluate(async () =>
    (await globalThis.axe.run(document, { resultTypes: ['violations'] })).violations.map(
      (v) => `${v.id}: ${v.nodes[0].html.slice(0, 140)}`,
    ),
  )
  check(found.length === 0, `axe on ${what}: ${found.join('; ')}`)
  const wide = await page.evaluate(
    () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
  )
  check(wide <= 0, `${what} is ${wide} px wider than the window`)
}

/** Three pushes on a dynamometer at 1 kHz, 6 s apart. */
function pushes(folder, name, peaks, column) {
  const rows = [`Time (s),${column}`]
  for (let i = 0; i < 18000; i++) {
    const t = (i % 6000) / 1000 - 1.5
    const force = t > 0 && t < 3 ? peaks[Math.floor(i / 6000)] * (1 - Math.exp(-t / 0.06)) : 0
    rows.push(`${(i / 1000).toFixed(3)},${force.toFixed(4)}`)
  }
  const path = join(folder, name)
  writeFileSync(path, rows.join('\n') + '\n')
  return path
}

/** A header and its samples, as BrainVision writes them: 8 s of two muscles at 1 kHz. */
function brainvision(folder) {
  const n = 8000
  const samples = Buffer.alloc(n * 4)
  for (let i = 0; i < n; i++) {
    const loud = i % 4000 > 2000 ? 1 : 0.05
    for (let c = 0; c < 2; c++) samples.writeInt16LE(Math.round(Math.sin(i * i * (c + 7)) * 3000 * loud), i * 4 + c * 2)
  }
  const header = [
    'Brain Vision Data Exchange Header File Version 1.0',
    '[Common Infos]', 'DataFile=walk.eeg', 'DataFormat=BINARY', 'DataOrientation=MULTIPLEXED',
    'NumberOfChannels=2', 'SamplingInterval=1000',
    '[Binary Infos]', 'BinaryFormat=INT_16',
    '[Channel Infos]', 'Ch1=EMG VL,,0.1,uV', 'Ch2=EMG BF,,0.1,uV', '',
  ]
  const paths = [join(folder, 'walk.eeg'), join(folder, 'walk.vhdr')]
  writeFileSync(paths[0], samples)
  writeFileSync(paths[1], header.join('\n'))
  return paths
}

/** The first seconds of real muscle signals (bsn_emg_bursts_channel_3.csv), as other makers keep them. */
function realMuscle() {
  const path = join(process.env.ENGRAM_DATA, 'emg/bsn_emg_bursts_channel_3.csv')
  return readFileSync(path, 'utf8').split('\n').filter((line) => /^\d+$/.test(line)).map((line) => Number(line) - 32768)
}

/** WFDB: a header and the samples that it names, 16 bits each. */
function wfdb(folder, values) {
  const samples = Buffer.alloc(values.length * 2)
  values.forEach((v, i) => samples.writeInt16LE(v, i * 2))
  const paths = [join(folder, 'bursts.dat'), join(folder, 'bursts.hea')]
  writeFileSync(paths[0], samples)
  writeFileSync(paths[1], `bursts 1 1000 ${values.length}\nbursts.dat 16 1000/mV 16 0 ${values[0]} 0 0 EMG biceps\n`)
  return paths
}

/** Matlab 5, not compressed: a number "fs" and a column "emg_biceps". */
function matlab(folder, values) {
  const variable = (name, list) => {
    const padded = Math.ceil(name.length / 8) * 8
    const bytes = Buffer.alloc(48 + padded + 8 + 8 * list.length)
    const tag = (at, type, size) => (bytes.writeUInt32LE(type, at), bytes.writeUInt32LE(size, at + 4))
    tag(0, 14, bytes.length - 8) // a matrix
    tag(8, 6, 8)
    bytes.writeUInt32LE(6, 16) // of doubles
    tag(24, 5, 8)
    bytes.writeInt32LE(list.length, 32)
    bytes.writeInt32LE(1, 36)
    tag(40, 1, name.length)
    bytes.write(name, 48)
    tag(48 + padded, 9, 8 * list.length)
    list.forEach((v, i) => bytes.writeDoubleLE(v, 56 + padded + 8 * i))
    return bytes
  }
  const header = Buffer.alloc(128, ' ')
  header.write('MATLAB 5.0 MAT-file')
  header.fill(0, 116, 124)
  header.writeUInt16LE(0x0100, 124)
  header.write('IM', 126)
  const path = join(folder, 'bursts.mat')
  writeFileSync(path, Buffer.concat([header, variable('fs', [1000]), variable('emg_biceps', values.map((v) => v / 1000))]))
  return path
}

/** What Engram itself writes of a real recording in another format. */
function converted(folder, from, ending) {
  const path = join(folder, `converted.${ending}`)
  const ran = spawnSync(program, ['convert', join(process.env.ENGRAM_DATA, from), path, '--force'])
  check(ran.status === 0, `engram convert to ${ending}: ${ran.stderr}`)
  return path
}

/** One open recording of each kind: file, the study it is taken for, a word among its measures, the
 * study that is chosen by hand, its settings. There is no open recording of a dynamometer; a force
 * plate's vertical force, onto which a person stepped, is the real force there is. */
const real = [
  ['emg/derived_uci_3Apie.edf', 'Muscle signals', 'Root mean square'],
  ['emg/bsn_emg_bursts.h5', 'Muscle signals', 'Root mean square'],
  ['emg/bmc_Gait.c3d', 'Muscle signals', 'Root mean square'],
  ['imu/kinematics/opencap_squats1.mot', 'Joint movement', 'Range'],
  ['imu/kinematics/opensim_walk_free_01.trc', 'Joint movement', 'Range'],
  ['imu/broad/01_undisturbed_slow_rotation_A.nimu', 'Joint movement', 'Range'],
  ['imu/kinematics/qmt_fullbody_open.nchain', 'Joint movement', 'Range', 'motion',
    { Proximal: 'upper_arm_left', Distal: 'forearm_left' }],
  ['emg/bmc_Gait.c3d', 'Walking and steps', 'Cadence', 'gait'],
  ['imu/c3d/opensim_test_walking.c3d', 'Walking and steps', 'Step length', 'gait'],
  ['imu/kinematics/opensim_walk_free_01.trc', 'Walking and steps', 'Cadence', 'gait', { Source: 'markers' }],
  ['imu/kinematics/qmt_fullbody_open.nchain', 'Walking and steps', 'Steps', 'gait', { Left: 'foot_left' }],
  ['imu/c3d/opensim_walking5.c3d', 'Strength', 'Best contraction', 'strength', { Column: 'Fz1' }],
  ['imu/kinematics/opencap_squats1.mot', 'Function tests', 'Duration of rising', 'function', { Age: '70' }],
]

/** Sets fields of "How it is measured", wherever they are folded away, and measures. */
async function measureWith(page, fields) {
  await page.locator('main details').evaluateAll((all) => all.forEach((one) => (one.open = true)))
  for (const [name, value] of Object.entries(fields)) {
    const field = page.getByLabel(name, { exact: true })
    if (await field.evaluate((one) => one.tagName === 'SELECT')) await field.selectOption(value)
    else await field.fill(value)
  }
  await page.getByRole('button', { name: 'Measure so' }).click()
}

export async function studies() {
  const server = await serve({ demo: true })
  const browser = await launch()
  const { page, errors } = await open(browser, server)
  const drop = (path) => page.locator('input[type=file]').first().setInputFiles(path)
  const answered = await fetch(`${server.origin}/api/people`, {
    headers: { Authorization: `Bearer ${server.token}` },
  })
  const episodes = (await answered.json()).flatMap((one) => one.episodes)
  const treated = episodes.find((one) => one.state === 'in_treatment')
  try {
    await test('studies a file is recognised, shown and explained', async () => {
      await visit(page, '/measure')
      await drop(pushes(server.data, 'push.csv', [300, 290, 280], 'Force (N)'))
      await page.getByRole('heading', { name: 'Strength: push.csv' }).waitFor({ timeout: 20000 })
      await page.locator('.lane canvas').first().waitFor()
      const best = page.getByRole('row', { name: /Best contraction/ })
      check(/300/.test(await best.innerText()), `the best contraction: ${await best.innerText()}`)
      const answer = page.getByRole('region', { name: 'Strength: push.csv' })
      check(/Best contraction\s+300\s*N/.test(await answer.innerText()), `the answer: ${await answer.innerText()}`)
      await page.getByRole('button', { name: 'Best contraction' }).click()
      await page.locator('tr.explain .formula').first().waitFor()
      await settled(page)
      await clean(page, 'a strength recording')
      await shot(page, 'studies-1-strength')
    })
    await test('studies channels that say nothing are explained once and remembered', async () => {
      await drop(pushes(server.data, 'unknown.csv', [200, 190, 180], 'Ch1'))
      await page.getByText('nothing in this file says what it is').waitFor({ timeout: 20000 })
      await page.getByLabel('Measured as').selectOption('strength')
      await page.getByRole('button', { name: 'Channels' }).click()
      const dialog = page.getByRole('dialog', { name: 'What are these channels?' })
      await dialog.getByLabel('Name of Ch1').fill('Force left')
      await dialog.getByLabel('Unit of Ch1').selectOption('N')
      await clean(page, 'the channels')
      await shot(page, 'studies-2-channels')
      await dialog.getByRole('button', { name: 'Read the channels so' }).click()
      await page.getByRole('heading', { name: 'Strength: unknown.csv' }).waitFor({ timeout: 20000 })
      await page.getByRole('button', { name: 'Remember these settings' }).click()
      await page.getByText('Remembered for every file').waitFor()
      await drop(pushes(server.data, 'again.csv', [150, 140, 145], 'Ch1'))
      await page.getByText('read as “Strength: unknown.csv”').waitFor({ timeout: 20000 })
      await page.getByRole('heading', { name: 'Strength: again.csv' }).waitFor({ timeout: 20000 })
    })
    await test('studies what is remembered can be forgotten, and that undone', async () => {
      const known = async () =>
        (await (await fetch(`${server.origin}/api/layouts`, { headers: { Authorization: `Bearer ${server.token}` } })).json()).map((one) => one.body.name)
      await visit(page, '/settings')
      const card = page.getByRole('region', { name: 'Remembered files' })
      await card.getByText('Strength, since').waitFor()
      check(/Ch1 is Force left, N/.test(await card.innerText()), `what it says: ${await card.innerText()}`)
      await card.getByRole('button', { name: 'Forget Strength: unknown.csv' }).click()
      const undo = card.getByRole('button', { name: 'Undo forgetting Strength: unknown.csv' })
      await undo.waitFor()
      check((await known()).length === 0, 'what was forgotten is still used')
      await settled(page)
      await clean(page, 'settings with a forgotten file')
      await shot(page, 'studies-remembered')
      await undo.click()
      await card.getByRole('button', { name: 'Forget Strength: unknown.csv' }).waitFor()
      check((await known()).join() === 'Strength: unknown.csv', 'what was undone is not used again')
      await card.getByRole('button', { name: 'Forget Strength: unknown.csv' }).click()
      await undo.waitFor()
      await visit(page, '/measure')
      await drop(pushes(server.data, 'third.csv', [150, 140, 145], 'Ch1'))
      await page.getByText('nothing in this file says what it is').waitFor({ timeout: 20000 })
    })
    await test('studies a recording is kept in the chart and its value entered', async () => {
      await visit(page, `/e/${treated.id}/evaluation?section=study`)
      await drop(pushes(server.data, 'left.csv', [300, 290, 280], 'Force (N)'))
      await page.getByRole('button', { name: 'Keep in the chart' }).click({ timeout: 20000 })
      await page.getByText('strength, kept').waitFor({ timeout: 20000 })
      await drop(pushes(server.data, 'right.csv', [200, 190, 195], 'Force (N)'))
      await page.getByRole('heading', { name: 'Strength: right.csv' }).waitFor({ timeout: 20000 })
      await page.locator('summary', { hasText: 'How it is measured' }).click()
      await page.getByLabel(/left\.csv/).check()
      await page.getByRole('row', { name: /symmetry/i }).waitFor({ timeout: 20000 })
      await page.getByRole('button', { name: 'Keep in the chart' }).click()
      await page.getByRole('button', { name: /Enter Best contraction/ }).click({ timeout: 20000 })
      const dialog = page.getByRole('dialog', { name: 'Enter this value in the chart' })
      await dialog.getByLabel('As').waitFor()
      await dialog.getByLabel('As').selectOption({ index: 0 })
      const right = dialog.getByRole('button', { name: 'Right' })
      if (await right.count()) await right.click()
      await clean(page, 'the value that is entered')
      await shot(page, 'studies-3-enter')
      await dialog.getByRole('button', { name: 'Enter', exact: true }).click()
      await dialog.waitFor({ state: 'hidden' })
      await settled(page)
      await clean(page, 'the kept recording')
      await shot(page, 'studies-4-kept')
      const chart = await fetch(`${server.origin}/api/episodes/${treated.id}`, {
        headers: { Authorization: `Bearer ${server.token}` },
      }).then((answer) => answer.json())
      const entry = chart.entries.find((one) => one.body.recording_id)
      check(entry?.body.value === 200, `the entered value: ${JSON.stringify(entry?.body)}`)
    })
    await test('studies what the same test gave last time stands beside', async () => {
      const own = { Authorization: `Bearer ${server.token}`, 'X-Engram': '1' }
      const read = async () => (await fetch(`${server.origin}/api/episodes/${treated.id}`, { headers: own })).json()
      const [first] = (await read()).evaluations
      const query = new URLSearchParams({ name: 'then.csv', evaluation_id: first.id, trial_no: '9', study: 'strength', recorded_on: first.body.date })
      const made = await fetch(`${server.origin}/api/episodes/${treated.id}/studies?${query}`, {
        method: 'POST',
        body: readFileSync(pushes(server.data, 'then.csv', [240, 235, 230], 'Force (N)')),
        headers: { ...own, 'Content-Type': 'application/octet-stream' },
      }).then((answer) => answer.json())
      await fetch(`${server.origin}/api/documents/${made.id}`, {
        method: 'PUT',
        body: JSON.stringify({ version: made.version, body: { ...made.body, decision: 'kept' } }),
        headers: { ...own, 'Content-Type': 'application/json' },
      })
      await visit(page, '/people')
      await visit(page, `/e/${treated.id}/evaluation?section=study`)
      await drop(pushes(server.data, 'now.csv', [300, 290, 280], 'Force (N)'))
      const answer = page.getByRole('region', { name: 'Strength: now.csv' })
      await answer.getByText(/240 N on .*, now 60 N more/).waitFor({ timeout: 20000 })
      await settled(page)
      await clean(page, 'a recording beside the last one')
      await shot(page, 'studies-last-time')
    })
    for (const [file, title, word, chosen, fields] of real) {
      const path = process.env.ENGRAM_DATA && join(process.env.ENGRAM_DATA, file)
      if (!path || !existsSync(path)) continue
      await test(`studies shows ${file}${chosen ? ` as ${chosen}` : ''}`, async () => {
        await visit(page, '/measure')
        await drop(path)
        if (chosen) await page.getByLabel('Measured as').selectOption(chosen, { timeout: 30000 })
        if (fields) {
          await page.locator('form.studyopts').waitFor({ state: 'attached' })
          await page.waitForFunction(() => !document.querySelector('[aria-busy="true"]'))
          await settled(page)
          await measureWith(page, fields)
        }
        const name = file.split('/').at(-1)
        const heading = page.getByRole('heading', { name: title ? `${title}: ${name}` : new RegExp(`: ${name}`) })
        await heading.waitFor({ timeout: 30000 })
        await page.locator('.lane canvas').first().waitFor()
        if (word) await page.getByRole('row', { name: new RegExp(word) }).first().waitFor()
        await settled(page)
        await clean(page, file)
        await shot(page, `studies-${name}${chosen ?? ''}`)
      })
    }
    await test('studies the same signals are read from every format', async () => {
      if (!process.env.ENGRAM_DATA || !existsSync(process.env.ENGRAM_DATA)) return 'no recordings here'
      const values = realMuscle()
      const files = {
        xdf: converted(server.data, 'emg/derived_uci_3Apie.edf', 'xdf'),
        bdf: converted(server.data, 'emg/derived_uci_3Apie.edf', 'bdf'),
        wfdb: wfdb(server.data, values),
        matlab: matlab(server.data, values),
      }
      for (const [format, path] of Object.entries(files)) {
        await visit(page, '/measure')
        await drop(path)
        // Matlab's files have no units: what they are is chosen by hand.
        if (format === 'matlab') await page.getByLabel('Measured as').selectOption('emg', { timeout: 30000 })
        const heading = page.getByRole('heading', { name: /^Muscle signals: / })
        await heading.waitFor({ timeout: 30000 }).catch(() => check(false, `${format} is not shown as muscle signals`))
        await page.locator('.lane canvas').first().waitFor()
        await page.getByRole('row', { name: /Root mean square/ }).first().waitFor()
      }
      await settled(page)
      await clean(page, 'a Matlab file')
    })
    await test('studies a header and its samples are dropped together and saved in other formats', async () => {
      await visit(page, '/measure')
      await drop(brainvision(server.data))
      await page.getByRole('heading', { name: /^Muscle signals: / }).waitFor({ timeout: 20000 })
      await page.getByRole('columnheader', { name: /EMG VL/ }).first().waitFor()
      await page.locator('summary', { hasText: 'What the file holds' }).click()
      for (const [to, start] of [['csv', /EMG VL/], ['c3d', /^.\x50/s]]) {
        await page.getByLabel('Save in another format').selectOption(to)
        const [made] = await Promise.all([
          page.waitForEvent('download'),
          page.getByRole('button', { name: 'Save', exact: true }).click(),
        ])
        const bytes = readFileSync(await made.path())
        check(made.suggestedFilename().endsWith(`.${to}`), made.suggestedFilename())
        check(start.test(bytes.subarray(0, 400).toString('latin1')), `${to} begins with ${bytes.subarray(0, 60)}`)
        check(bytes.length > 8000, `${to} has ${bytes.length} bytes`)
      }
    })
    await test('studies a stretch is looked at on every lane, by mouse and by keyboard', async () => {
      const later = page.getByRole('button', { name: 'Later' })
      check(await later.isDisabled(), 'all is seen already')
      const lane = page.locator('.u-over').first()
      const other = page.locator('.lane canvas').nth(1)
      const before = await other.evaluate((canvas) => canvas.toDataURL())
      const box = await lane.boundingBox()
      await page.mouse.move(box.x + box.width * 0.2, box.y + 20)
      await page.mouse.down()
      await page.mouse.move(box.x + box.width * 0.4, box.y + 30, { steps: 4 })
      await page.mouse.up()
      await settled(page)
      check(before !== (await other.evaluate((canvas) => canvas.toDataURL())), 'the second lane stands still')
      await later.focus()
      await page.keyboard.press('Enter')
      await lane.dblclick()
      await settled(page)
      check(await later.isDisabled(), 'a double click shows all')
      check(before === (await other.evaluate((canvas) => canvas.toDataURL())), 'the second lane is not as it was')
    })
    await test('studies an event is chosen in the trace, by buttons and from the list', async () => {
      const said = page.getByRole('group', { name: 'Events' }).getByRole('status')
      const next = page.getByRole('button', { name: 'Next event' })
      await next.focus()
      await page.keyboard.press('Enter')
      check(/^Burst/.test(await said.innerText()) && /1 of \d/.test(await said.innerText()), `the first event: ${await said.innerText()}`)
      await next.click()
      check(/2 of \d/.test(await said.innerText()), `the second event: ${await said.innerText()}`)
      // The signals are loud from 2 to 4 s and from 6 to 8 s of 8 s.
      const lane = page.locator('.u-over').first()
      const box = await lane.boundingBox()
      await lane.click({ position: { x: box.width * 0.375, y: 20 } })
      const chosen = /(\d\.\d+) to (\d\.\d+) s/.exec(await said.innerText())
      check(chosen && Number(chosen[1]) < 3 && Number(chosen[2]) > 3, `the event at 3 s: ${await said.innerText()}`)
      await page.mouse.move(box.x + box.width * 0.375, box.y + 20)
      check(/\d/.test(await page.locator('.lane__at').first().innerText()), 'no value at the pointer')
      await page.locator('summary', { hasText: /\d events/ }).click()
      await page.getByRole('region', { name: 'Events' }).getByRole('button', { name: 'Burst' }).last().click()
      const last = await said.innerText()
      check(/(\d+) of \1/.test(last), `the last event: ${last}`)
      check(await next.isDisabled(), 'an event after the last')
      await settled(page)
      await clean(page, 'a chosen event')
      await shot(page, 'studies-event')
      await page.locator('summary', { hasText: /\d events/ }).click()
    })
    await test('studies what a study cannot measure is said and its fields are at hand', async () => {
      await page.locator('summary', { hasText: 'How it is measured' }).click()
      await page.getByLabel('Low', { exact: true }).fill('150')
      await page.getByLabel('High', { exact: true }).fill('100')
      await page.getByRole('button', { name: 'Measure so' }).click()
      await page.getByRole('alert').waitFor({ timeout: 20000 })
      await settled(page)
      await clean(page, 'a problem')
      for (const name of ['Low', 'High']) await page.getByLabel(name, { exact: true }).fill('')
      await page.getByRole('group', { name: 'Channels' }).getByLabel('EMG BF').check()
      await page.getByRole('button', { name: 'Measure so' }).click()
      await page.getByRole('heading', { name: /^Muscle signals: / }).waitFor({ timeout: 20000 })
      await settled(page)
      check(!(await page.locator('.lanes').innerText()).includes('EMG VL'), 'the other channel is still measured')
    })
    await test('studies the file that was dropped last is shown, and a refused one leaves nothing', async () => {
      let hold = () => {}
      const held = new Promise((done) => (hold = done))
      await page.route(/api\/look\?name=slow/, async (route) => {
        await held
        await route.continue()
      })
      const file = (name) => ({ name, mimeType: 'text/csv', buffer: readFileSync(pushes(server.data, 'any.csv', [90, 80, 85], 'Force (N)')) })
      const dropped = (given) =>
        page.locator('.drop').evaluate((zone, f) => {
          const all = new DataTransfer()
          all.items.add(new File([f.text], f.name))
          zone.dispatchEvent(new DragEvent('drop', { dataTransfer: all, bubbles: true, cancelable: true }))
        }, { name: given.name, text: given.buffer.toString() })
      await dropped(file('slow.csv'))
      await dropped(file('fast.csv'))
      await page.getByRole('heading', { name: 'Strength: fast.csv' }).waitFor({ timeout: 20000 })
      hold()
      await settled(page)
      await page.waitForTimeout(1500)
      check((await page.getByRole('heading', { name: 'Strength: fast.csv' }).count()) === 1, 'the first answer came over the second')
      await dropped({ name: 'broken.edf', buffer: Buffer.from('0       nothing') })
      await page.getByRole('alert').waitFor({ timeout: 20000 })
      check((await page.getByText('fast.csv').count()) === 0, 'the refused file stands beside the old answer')
      await clean(page, 'a refused file')
    })
    await test('studies a refused decision is told and nothing is lost', async () => {
      await visit(page, `/e/${treated.id}/evaluation?section=study`)
      await drop(pushes(server.data, 'third.csv', [250, 240, 245], 'Force (N)'))
      await page.route('**/api/documents/*', (route) =>
        route.request().method() === 'PUT' ? route.fulfill({ status: 409, json: { error: { code: 'stale' } } }) : route.continue())
      await page.getByRole('button', { name: 'Keep in the chart' }).dblclick({ timeout: 20000 })
      await page.getByText('strength, not decided').waitFor({ timeout: 20000 })
      await page.unroute('**/api/documents/*')
      await settled(page)
      check((await page.getByText('third.csv', { exact: true }).count()) === 1, 'two clicks, two recordings')
      await page.getByRole('button', { name: 'Load the newer version' }).click()
      await page.getByRole('button', { name: 'Keep', exact: true }).click()
      await page.getByText('Kept', { exact: true }).first().waitFor({ timeout: 20000 })
      await visit(page, `/e/${treated.id}/findings`)
      await visit(page, `/e/${treated.id}/evaluation?section=study`)
      await page.getByRole('button', { name: /third\.csv/ }).click()
      await page.getByRole('heading', { name: 'Strength: third.csv' }).waitFor({ timeout: 20000 })
    })
    await test('studies kept recordings leave the other pages whole', async () => {
      for (const part of ['', '/findings', '/progress', '/goals', '/plan', '/evaluation?section=recording']) {
        await visit(page, `/e/${treated.id}${part}`)
        const said = await page.locator('main').innerText()
        check(!/undefined|NaN|\[object/.test(said), `${part}: ${/.{30}(undefined|NaN|\[object).{30}/s.exec(said)?.[0]}`)
        await clean(page, `${part} with studies`)
      }
      await visit(page, '/today')
      await clean(page, 'today with studies')
    })
    await test('studies are legible on a phone in the dark', async () => {
      const phone = await open(browser, server, { width: 390, height: 844, theme: 'dark' })
      await visit(phone.page, '/measure')
      check((await phone.page.evaluate(() => document.documentElement.dataset.theme)) === 'dark', 'the phone is not dark')
      await phone.page.locator('input[type=file]').first().setInputFiles(brainvision(server.data))
      await phone.page.getByRole('heading', { name: /^Muscle signals: / }).waitFor({ timeout: 20000 })
      await settled(phone.page) // the settings come with the list of studies
      for (const part of await phone.page.locator('main summary').all()) await part.click()
      await settled(phone.page)
      await clean(phone.page, 'a muscle recording on a phone')
      await shot(phone.page, 'studies-phone-dark')
      check(phone.errors.length === 0, phone.errors.join('; '))
      await phone.context.close()
    })
    await test('studies pages meet no error', () => check(errors.length === 0, errors.join('; ')))
  } finally {
    await browser.close()
    await server.stop()
  }
}
