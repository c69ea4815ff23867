// The clinic's own list of diagnosis codes: no code without it, a file refused with its line, loaded,
// and a diagnosis coded from it by words; a code outside of it is not stored.
import { readFileSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { check, launch, open, serve, settled, shot, test, visit } from './support.mjs'

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')

async function accessible(page) {
  await page.evaluate(axe)
  const found = await page.evaluate(async () =>
    (await globalThis.axe.run(document, { resultTypes: ['violations'] })).violations.map(
      (v) => `${v.id}: ${v.nodes[0].html.slice(0, 140)}`,
    ),
  )
  check(found.length === 0, `axe: ${found.join('; ')}`)
}

function file(folder, name, text) {
  const path = join(folder, name)
  writeFileSync(path, Buffer.from(text, 'latin1'))
  return path
}

export async function codes() {
  const server = await serve({ demo: true })
  const browser = await launch()
  const asks = async (path) =>
    (
      await fetch(`${server.origin}/api${path}`, {
        headers: { Authorization: `Bearer ${server.token}` },
      })
    ).json()
  try {
    const { page } = await open(browser, server)
    const episodes = (await asks('/people')).flatMap((one) => one.episodes)
    const treated = episodes.find((one) => one.state === 'in_treatment')
    const intake = `/e/${treated.id}/intake`
    const stored = async () =>
      (await asks(`/episodes/${treated.id}/documents?kind=intake`))[0].body.diagnosis
    const history = page.locator('#in-history')
    await test('codes are loaded from the clinic’s own file', async () => {
      await visit(page, intake)
      await history.getByRole('link', { name: 'Load your code list under Settings' }).click()
      await page.getByText('No list is loaded').waitFor()
      const card = page.locator('section[aria-labelledby=s-codes]')
      const button = card.getByRole('button', { name: 'Load the list' })
      check(await button.isDisabled(), 'a list can be loaded without a file')
      await card.getByLabel('What the codes are').fill('Example 2026')
      const twice = file(server.data, 'twice.csv', 'Code;Text\nA1;Knee\nB2;Hip\nA1;Foot\n')
      await card.getByLabel('File of your list').setInputFiles(twice)
      await button.click()
      await card.getByText('line 4: the code A1 stands in line 2 already').waitFor()
      await shot(page, 'codes-1-refused')
      const good = 'Code;Text\nA1;Weak knee\nA1.5;Weak knee, left\nB2;H\xfcfte, links schwach\n'
      await card.getByLabel('File of your list').setInputFiles(file(server.data, 'l.csv', good))
      await button.click()
      await card.getByText('3 codes loaded').waitFor()
      await accessible(page)
      await shot(page, 'codes-2-loaded')
    })
    await test('codes of the list are found by words and kept', async () => {
      await visit(page, intake)
      const field = history.getByLabel('Diagnosis code, if there is one')
      await field.fill('schwach hü')
      await history.getByText('One code fits. Choose one.').waitFor()
      await field.fill('a1.')
      await history.getByRole('button', { name: 'A1.5 Weak knee, left' }).waitFor()
      await settled(page)
      await accessible(page)
      await history.scrollIntoViewIfNeeded()
      await shot(page, 'codes-3-offered')
      await page.setViewportSize({ width: 390, height: 844 })
      await field.scrollIntoViewIfNeeded()
      await shot(page, 'codes-4-phone')
      await page.setViewportSize({ width: 1280, height: 800 })
      await history.getByRole('button', { name: 'A1.5 Weak knee, left' }).click()
      await history.getByText('A1.5: Weak knee, left').waitFor()
      await page.locator('.save .btn--primary').click()
      await page.getByText('Saved', { exact: true }).waitFor()
      const kept = await stored()
      check(kept.code === 'A1.5' && kept.code_system === 'Example 2026', JSON.stringify(kept))
      await field.fill('Z99')
      await history.getByText('No code of the list fits.').waitFor()
      await page.locator('.save .btn--primary').click()
      await page.getByText('this code is not of the clinic').first().waitFor()
      check((await stored()).code === 'A1.5', 'a code outside of the list was stored')
      await shot(page, 'codes-5-outside')
    })
  } finally {
    await browser.close()
    await server.stop()
  }
}
