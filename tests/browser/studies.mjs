// Any recording, dropped: what it is, its traces, verdict and measures; channels explained and remembered;
// kept in the chart, held against another, its value entered. One open recording of each kind where the
// data are.
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { check, launch, open, serve, settled, shot, test, visit } from './support.mjs'

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

/** One open recording of each kind: file, the study it is taken for, a word among its measures. */
const real = [
  ['emg/derived_uci_3Apie.edf', 'Muscle signals', 'Root mean square'],
  ['emg/bsn_emg_bursts.h5', 'Muscle signals', 'Root mean square'],
  ['emg/bmc_Gait.c3d', 'Muscle signals', 'Root mean square'],
  ['imu/kinematics/opencap_squats1.mot', 'Joint movement', 'Range'],
  ['imu/kinematics/opensim_walk_free_01.trc', 'Joint movement', 'Range'],
]

export async function studies() {
  const server = await serve({ demo: true })
  const browser = await launch()
  const { page, errors } = await open(browser, server)
  const drop = (path) => page.locator('input[type=file]').first().setInputFiles(path)
  try {
    await test('studies a file is recognised, shown and explained', async () => {
      await visit(page, '/measure')
      await drop(pushes(server.data, 'push.csv', [300, 290, 280], 'Force (N)'))
      await page.getByRole('heading', { name: 'Strength: push.csv' }).waitFor({ timeout: 20000 })
      await page.locator('.lane canvas').first().waitFor()
      const best = page.getByRole('row', { name: /Best contraction/ })
      check(/300/.test(await best.innerText()), `the best contraction: ${await best.innerText()}`)
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
    await test('studies a recording is kept in the chart and its value entered', async () => {
      const answered = await fetch(`${server.origin}/api/people`, {
        headers: { Authorization: `Bearer ${server.token}` },
      })
      const episodes = (await answered.json()).flatMap((one) => one.episodes)
      const treated = episodes.find((one) => one.state === 'in_treatment')
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
    for (const [file, title, word] of real) {
      const path = process.env.ENGRAM_DATA && join(process.env.ENGRAM_DATA, file)
      if (!path || !existsSync(path)) continue
      await test(`studies shows ${file}`, async () => {
        await visit(page, '/measure')
        await drop(path)
        const name = file.split('/').at(-1)
        const heading = page.getByRole('heading', { name: title ? `${title}: ${name}` : new RegExp(`: ${name}`) })
        await heading.waitFor({ timeout: 30000 })
        await page.locator('.lane canvas').first().waitFor()
        if (word) await page.getByRole('row', { name: new RegExp(word) }).first().waitFor()
        await settled(page)
        await clean(page, file)
        await shot(page, `studies-${name}`)
      })
    }
    await test('studies pages meet no error', () => check(errors.length === 0, errors.join('; ')))
  } finally {
    await browser.close()
    await server.stop()
  }
}
