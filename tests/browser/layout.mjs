// A file whose header says nothing: the page asks what its columns are, measures it so, and reads the
// next file of the same header without asking.
import { readFileSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { check, launch, open, serve, settled, shot, test, visit } from './support.mjs'

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')

/** 30 s of sway at 100 Hz in cm, as a program in German writes it. */
function file(folder, name, word = 'Kanal') {
  const rows = [`Zeit (s);${word} 1;${word} 2`]
  for (let i = 0; i < 3000; i++)
    rows.push(
      [i / 100, 0.4 * Math.sin(i / 60) + 0.1 * Math.sin(i / 17), 0.6 * Math.cos(i / 75)]
        .map((x) => x.toFixed(5).replace('.', ','))
        .join(';'),
    )
  const path = join(folder, name)
  writeFileSync(path, rows.join('\n') + '\n')
  return path
}

async function answer(page, word = 'Kanal', layout = 'Plate in room 2') {
  const dialog = page.getByRole('dialog', { name: 'What are these columns?' })
  await dialog.getByLabel(`Meaning of ${word} 1`).waitFor()
  check(!(await dialog.innerText()).includes('--map'), 'the dialog speaks of the command line')
  await dialog.getByLabel(`Meaning of ${word} 1`).selectOption('cop_right')
  await dialog.getByRole('button', { name: 'Read the file so' }).click()
  await dialog.getByText('Choose the unit of').waitFor()
  await dialog.getByLabel(`Unit of ${word} 1`).selectOption('cm')
  await dialog.getByLabel(`Meaning of ${word} 2`).selectOption('cop_front')
  await dialog.getByLabel(`Unit of ${word} 2`).selectOption('cm')
  await dialog.getByLabel('Name of this layout').fill(layout)
  await page.evaluate(axe)
  const found = await page.evaluate(async () =>
    (await globalThis.axe.run(document, { resultTypes: ['violations'] })).violations.map(
      (v) => `${v.id}: ${v.nodes[0].html.slice(0, 140)}`,
    ),
  )
  check(found.length === 0, `axe: ${found.join('; ')}`)
  await shot(page, 'layout-1-dialog')
  await dialog.getByRole('button', { name: 'Read the file so' }).click()
}

export async function layout() {
  const server = await serve({ demo: true })
  const browser = await launch()
  try {
    const { page } = await open(browser, server)
    await test('layout asks what unknown columns are, once', async () => {
      await visit(page, '/measure')
      await page.locator('input[type=file]').setInputFiles(file(server.data, 'first.csv'))
      await page.getByText('nothing in this file says what it is').waitFor({ timeout: 20000 })
      await page.getByRole('button', { name: 'say what its columns are' }).click()
      await answer(page)
      await page.getByText('Read with “Plate in room 2”').waitFor({ timeout: 20000 })
      await page.locator('.lane canvas').first().waitFor()
      await page.locator('input[type=file]').setInputFiles(file(server.data, 'second.csv'))
      await page.getByRole('heading', { name: 'second.csv' }).waitFor({ timeout: 20000 })
      await page.getByText('Read with “Plate in room 2”').waitFor({ timeout: 20000 })
      await settled(page)
      await shot(page, 'layout-2-remembered')
      await page.getByRole('button', { name: 'Change what the columns mean' }).click()
      await page.getByText('Engram reads this file with “Plate in room 2”').waitFor()
      const back = page.getByLabel('Meaning of Kanal 2')
      await page.waitForFunction((one) => one.value === 'cop_front', await back.elementHandle())
      await back.selectOption('cop_back')
      await page.getByRole('button', { name: 'Read the file so' }).click()
      await page.getByText('Read with “Plate in room 2”').waitFor({ timeout: 20000 })
    })
    await test('layout asks on the Evaluation page too', async () => {
      const answered = await fetch(`${server.origin}/api/people`, {
        headers: { Authorization: `Bearer ${server.token}` },
      })
      const episodes = (await answered.json()).flatMap((one) => one.episodes)
      const treated = episodes.find((one) => one.state === 'in_treatment')
      await visit(page, `/e/${treated.id}/evaluation?section=recording`)
      const other = file(server.data, 'third.csv', 'Canal')
      await page.locator('input[type=file]').setInputFiles(other)
      await answer(page, 'Canal', 'Plate in room 3')
      await page.getByText('Read with “Plate in room 3”').waitFor({ timeout: 20000 })
      await page.getByText('Not decided').first().waitFor()
      await page.setViewportSize({ width: 390, height: 844 })
      await page.getByRole('button', { name: 'Change what the columns mean' }).click()
      await page.getByLabel('Meaning of Canal 1').waitFor()
      await shot(page, 'layout-3-phone')
    })
  } finally {
    await browser.close()
    await server.stop()
  }
}
