// Every page of the demo clinic: title, no error, no accessibility violation, nothing wider than
// the window; light and dark; desktop, tablet and phone.
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { check, fail, launch, open, serve, settled, shot, test, visit } from './support.mjs'

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')
const widths = [1280, 820, 390]

async function violations(page) {
  const found = await page.evaluate(async () => {
    const result = await globalThis.axe.run(document, {
      resultTypes: ['violations'],
      runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'],
    })
    return result.violations.map(
      (v) =>
        `${v.id} (${v.nodes.length}): ${v.nodes[0].html.slice(0, 140)} ${(v.nodes[0].any[0]?.message ?? '').slice(0, 120)}`,
    )
  })
  return found
}

/** What a finger must hit and is lower than 44 px; links inside sentences are exempt. */
const smallTargets = (page) =>
  page.evaluate(() =>
    [...document.querySelectorAll('button, select, summary, main a, dialog[open] a, input')]
      .filter((e) => !['checkbox', 'radio', 'file'].includes(e.type) && e.offsetParent)
      .filter((e) => e.tagName !== 'A' || !/^inline$/.test(getComputedStyle(e).display))
      .filter((e) => !e.matches('.name, .rule') && e.getBoundingClientRect().height < 43.5)
      .map((e) => `${e.className || e.tagName} ${e.getBoundingClientRect().height}`),
  )

/** Letters twice as large: nothing is wider than the window. */
async function enlarged(page) {
  const over = await page.evaluate(() => {
    const root = document.documentElement
    root.style.fontSize = '200%'
    const found = root.scrollWidth - root.clientWidth
    root.style.fontSize = ''
    return found
  })
  check(over <= 1, `with letters twice as large it is ${over} px too wide`)
}

async function episodes(server) {
  const answer = await fetch(`${server.origin}/api/people`, {
    headers: { Authorization: `Bearer ${server.token}` },
  })
  const people = await answer.json()
  return people.flatMap((p) =>
    p.episodes.map((e) => ({ id: e.id, state: e.state, title: e.title })),
  )
}

/** Puts light or dark on without loading the page again. */
const dress = (page, theme) =>
  page.evaluate((name) => {
    if (document.documentElement.dataset.theme !== name)
      document.querySelector('.side__theme')?.click()
    document.documentElement.dataset.theme = name
  }, theme)

export async function pages() {
  const server = await serve({ demo: true })
  const browser = await launch()
  try {
    const all = await episodes(server)
    const treated =
      all.find((e) => e.state === 'in_treatment' && /stroke/i.test(e.title)) ??
      all.find((e) => e.state === 'in_treatment')
    const held = all.find((e) => e.state === 'hold')
    check(
      treated && held,
      `the demo clinic has nobody in treatment or on hold: ${JSON.stringify(all)}`,
    )
    const t = `/e/${treated.id}`
    const list = [
      ['today', '/today'],
      ['patients', '/people'],
      ['new-patient', '/people?new=1'],
      ['measure', '/measure'],
      ['course', `${t}/course`],
      ['hold', `/e/${held.id}/course`],
      ['intake', `${t}/intake`],
      ['evaluation', `${t}/evaluation`],
      ['evaluation-study', `${t}/evaluation?section=study`],
      [
        'evaluation-strength',
        `${t}/evaluation?section=strength`,
        async (page) => page.locator('details.group summary').first().click(),
      ],
      [
        'evaluation-movement',
        `${t}/evaluation?section=joint-movement`,
        async (page) => page.locator('details.group summary').first().click(),
      ],
      [
        'evaluation-instruments',
        `${t}/evaluation?section=instruments`,
        async (page) => page.locator('details.group summary').nth(2).click(),
      ],
      ['findings', `${t}/findings`],
      ['goals', `${t}/goals`],
      ['plan', `${t}/plan`],
      ['session', `${t}/session`],
      ['progress', `${t}/progress`],
      ['library', '/library/exercises'],
      ['exercise', '/library/exercises/sit-to-stand'],
      ['instruments', '/library/instruments'],
      ['rules', '/library/rules'],
      ['education', '/library/education'],
      ['settings', '/settings'],
      ['nowhere', '/nowhere'],
    ]
    const { page, context, errors } = await open(browser, server)
    await page.evaluate(axe)
    for (const [name, route, ready] of list) {
      await test(`page ${name}`, async () => {
        const seen = []
        for (const width of widths) {
          await page.setViewportSize({ width, height: width < 500 ? 844 : 900 })
          await visit(page, '/settings')
          await visit(page, route)
          if (ready) {
            await ready(page)
            await settled(page)
          }
          check(/ · Engram$/.test(await page.title()), `its title is “${await page.title()}”`)
          check(
            (await page.locator('h1').count()) === 1,
            `it has ${await page.locator('h1').count()} first headings`,
          )
          const over = await page.evaluate(
            () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
          )
          check(over <= 1, `at ${width} px it is ${over} px too wide`)
          if (width < 500) {
            const small = await smallTargets(page)
            check(small.length === 0, `targets under 44 px: ${small.slice(0, 4).join(', ')}`)
          }
          if (width === 1280) await enlarged(page)
          for (const theme of ['light', 'dark']) {
            await dress(page, theme)
            await settled(page)
            const found = await violations(page)
            if (found.length) seen.push(`${width} ${theme}: ${found.join('; ')}`)
            await shot(page, `${name}-${theme}-${width}`)
          }
          await dress(page, 'light')
          await page.keyboard.press('Escape')
        }
        check(seen.length === 0, seen.join(' | '))
        check(errors.length === 0, `the console says: ${errors.splice(0).join('; ')}`)
        return `${widths.length * 2} looks`
      })
      errors.splice(0)
    }
    await handedOver(page, held.id, server)
    await keyboard(page)
    await dialogs(page, t)
    await figure(page, t)
    await still(page)
    await paper(page, t)
    await enteredInError(page, t)
    await clinic(page, server)
    await context.close()
  } catch (error) {
    fail('pages', error)
  } finally {
    await browser.close()
    await server.stop()
  }
}

/** Gives the tablet out with this code. */
async function giveAway(page, id, code) {
  await visit(page, `/e/${id}/intake`)
  await page.getByRole('button', { name: 'Hand over the tablet' }).click()
  const dialog = page.getByRole('dialog')
  for (const easy of ['12', '1234', '7777']) {
    await dialog.getByLabel('Your code').fill(easy)
    await dialog.getByRole('button', { name: 'Hand over', exact: true }).click()
    await dialog.locator('.field__error').waitFor()
  }
  await dialog.getByLabel('Your code').fill(code)
  await page.evaluate(axe)
  const found = await violations(page)
  check(!found.length, found.join('; '))
  await shot(page, 'hand-over-code')
  await dialog.getByRole('button', { name: 'Hand over', exact: true }).click()
  await page.locator('.pt__main h1').waitFor()
}

/** A second tab of the same browser shows the questions and fetches nothing of a chart. */
async function secondTab(page, origin, id) {
  const other = await page.context().newPage()
  const asked = []
  other.on('request', (request) => {
    const { pathname } = new URL(request.url())
    if (/^\/api\/(people|episodes|today|recordings)/.test(pathname)) asked.push(pathname)
  })
  for (const route of ['/people', `/e/${id}/course`]) {
    await other.goto(`${origin}/#${route}`)
    await other.locator('.pt__main h1').waitFor()
    await settled(other)
    check((await other.locator('.app, .side, .phead').count()) === 0, `a second tab opens ${route}`)
  }
  check(
    asked.every((path) => path === `/api/episodes/${id}/documents`),
    `a second tab fetches ${asked.join(', ')}`,
  )
  return other
}

/** Every region of the figure stands in the list too, large enough, and chooses the same. */
async function regionList(page) {
  for (const summary of await page.locator('.rlist summary').all()) await summary.click()
  const figure = await page.locator('.bodyfig .region').count()
  const rows = page.locator('.rlist button')
  check((await rows.count()) === figure, `${await rows.count()} names for ${figure} regions`)
  const wrist = page.getByRole('button', { name: 'Left wrist, front' })
  const region = page.locator('[data-region="wrist-left-front"]')
  await wrist.click()
  check((await region.getAttribute('aria-pressed')) === 'true', 'the name does not choose the region')
  check((await wrist.getAttribute('aria-pressed')) === 'true', 'the name does not look chosen')
  await region.press('Enter')
  check((await wrist.getAttribute('aria-pressed')) === 'false', 'the figure and the list differ')
  const over = await page.evaluate(
    () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
  )
  check(over <= 1, `the list is ${over} px too wide`)
}

/** Five wrong codes, then a wait that a reload does not end; the right code, and the start address. */
async function takenBack(page, id, server, code, other) {
  const button = () => page.getByRole('button', { name: /take the tablet back/ })
  const type = async (text) => {
    await page.getByLabel(/code, four digits/).fill(text)
    await page.getByRole('button', { name: 'Open the chart' }).click()
  }
  const closed = async (way) =>
    check((await page.locator('.phead').count()) === 0, `${way} opens the chart`)
  await button().click()
  await page.getByRole('button', { name: 'Not now' }).click()
  for (let i = 0; i < 5; i++) {
    if (i % 2 === 0) await button().click()
    await type('0000')
    await page.getByText('That is not the code.').waitFor()
    await closed('a wrong code')
    if (i % 2) await page.getByRole('button', { name: 'Not now' }).click()
  }
  await page.getByText('Too many wrong codes.').waitFor()
  const found = await violations(page)
  check(!found.length, found.join('; '))
  await shot(page, 'handed-over-wait')
  await page.reload()
  await button().click()
  await page.getByText('Too many wrong codes.').waitFor()
  await page.getByLabel(/code, four digits/).fill(code)
  check(
    await page.getByRole('button', { name: 'Open the chart' }).isDisabled(),
    'loading again ends the wait',
  )
  const kept = await page.evaluate(() => {
    const lock = JSON.parse(localStorage.getItem('engram-handover'))
    localStorage.setItem('engram-handover', JSON.stringify({ ...lock, until: 0 }))
    return JSON.stringify({ ...localStorage, ...sessionStorage })
  })
  check(!kept.includes(`"${code}"`), 'the code itself is kept')
  await page.waitForFunction(() => !document.querySelector('.pt__back button:disabled'))
  await type(code)
  await page.locator('.phead').waitFor()
  await other.locator('.phead').waitFor()
  await other.close()
  await giveAway(page, id, code)
  await page.goto(server.origin)
  await page.locator('.pt__main h1').waitFor()
  await page.goto(server.url)
  await page.locator('.side').waitFor()
  await page.reload()
  await page.locator('.side').waitFor()
}

/** The tablet in the patient's hands shows no way into the chart, not even by its address. */
export async function handedOver(page, id, server) {
  await test('page handed over', async () => {
    await page.setViewportSize({ width: 820, height: 1180 })
    for (const route of ['/today', '/people', '/settings', '/today']) await visit(page, route)
    await giveAway(page, id, '4071')
    check((await page.locator('.side, .phead, .tabs').count()) === 0, 'the chart is still there')
    await visit(page, `/e/${id}/plan`)
    check((await page.locator('.phead').count()) === 0, 'an address leads into the chart')
    // Neither by going back, nor by another page's address, nor by loading again.
    const closed = async (way) => {
      await page.locator('.pt__main h1').waitFor()
      check((await page.locator('.app, .side, .phead').count()) === 0, `${way} opens the chart`)
    }
    for (let i = 0; i < 3; i++) {
      await page.goBack({ waitUntil: 'commit' }).catch(() => null)
      await closed('going back')
    }
    for (const route of ['/today', '/people', '/settings', `/e/${id}/course`]) {
      await visit(page, route)
      await closed(route)
    }
    await page.reload()
    await closed('loading again')
    await page.keyboard.press('Escape')
    await closed('Escape')
    const other = await secondTab(page, server.origin, id)
    await page.evaluate(axe)
    const seen = []
    for (let step = 0; step < 4; step++) {
      if (step === 1) await regionList(page)
      for (const theme of ['light', 'dark']) {
        await page.evaluate((name) => (document.documentElement.dataset.theme = name), theme)
        const found = await violations(page)
        if (found.length) seen.push(`step ${step} ${theme}: ${found.join('; ')}`)
        await shot(page, `handed-over-${step}-${theme}`)
      }
      const narrow = await page.evaluate(() =>
        [...document.querySelectorAll('button, a[href], input, select, textarea, summary')]
          .filter((one) => {
            const box = one.getBoundingClientRect()
            return box.width > 0 && (box.width < 44 || box.height < 44)
          })
          .map((one) => one.textContent || one.id),
      )
      check(narrow.length === 0, `targets under 44 px: ${narrow.join(', ')}`)
      const small = await page.evaluate(() =>
        [...document.querySelectorAll('.pt__main button, .pbtn')]
          .filter((b) => b.getBoundingClientRect().height < 60)
          .map((b) => b.textContent),
      )
      check(small.length === 0, `targets under 60 px: ${small.join(', ')}`)
      await page.locator('.pbtn--main').click()
    }
    await page.evaluate(() => (document.documentElement.dataset.theme = 'light'))
    check(seen.length === 0, seen.join(' | '))
    await takenBack(page, id, server, '4071', other)
  })
}

/** A session and a value that were another person's: marked with a reason, counted no more, still there. */
export async function enteredInError(page, t) {
  const mark = async (button, reason) => {
    await button.click()
    const dialog = page.getByRole('dialog')
    const confirm = dialog.getByRole('button', { name: 'Mark as entered in error' })
    check(await confirm.isDisabled(), 'a mark without a reason can be made')
    await dialog.getByLabel('What is wrong with it').fill(reason)
    if (await dialog.getByLabel('Your name').count()) {
      check(await confirm.isDisabled(), 'a signed document can be marked without a signature')
      await dialog.getByLabel('Your name').fill('Kim Lee')
      await dialog.getByLabel('Credential').fill('PT')
    }
    await page.evaluate(axe)
    const found = await violations(page)
    check(!found.length, found.join('; '))
    await shot(page, `entered-in-error-${reason.length}`)
    await confirm.click()
    await dialog.waitFor({ state: 'detached' })
    await settled(page)
  }
  const listed = async (reason) => {
    await page.locator('.errs summary').click()
    await page.locator('.errs', { hasText: reason }).waitFor()
  }
  await test('page entered in error', async () => {
    await page.setViewportSize({ width: 1280, height: 900 })
    await visit(page, `${t}/session`)
    const visits = async () => Number(/(\d+) visit/.exec(await page.locator('.phead').innerText())[1])
    // The dialog closes first; the chart is read again after it.
    const counted = async (wanted, why) => {
      for (let i = 0; i < 50 && (await visits()) !== wanted; i++) await page.waitForTimeout(100)
      check((await visits()) === wanted, why)
    }
    const before = await visits()
    await mark(
      page.getByRole('button', { name: /Entered in error… the session/ }).first(),
      'another person came',
    )
    await counted(before - 1, 'the marked session still counts')
    // The next one was signed: its mark is signed too.
    await mark(
      page.getByRole('button', { name: /Entered in error… the session/ }).first(),
      'written down twice',
    )
    await counted(before - 2, 'the marked signed session still counts')
    await listed('another person came')
    await page.locator('.errs__one', { hasText: 'signed Kim Lee, PT' }).waitFor()
    await shot(page, 'entered-in-error-session')
    await visit(page, `${t}/evaluation?section=function`)
    await page.locator('details.group summary', { hasText: 'Mobility' }).click()
    const row = page.locator('tr', { hasText: 'Timed Up and Go' }).first()
    check(/now \d/.test(await row.innerText()), 'the demo has no Timed Up and Go')
    await page.getByRole('button', { name: 'More about Timed Up and Go' }).click()
    await mark(
      page.getByRole('button', { name: /Entered in error… Timed Up and Go/ }),
      'the stopwatch ran on',
    )
    check(!/now \d/.test(await row.innerText()), 'the marked value still stands there')
    await listed('the stopwatch ran on')
    await shot(page, 'entered-in-error-value')
    await visit(page, `${t}/course`)
    check(await page.locator('.errs').count(), 'the course of care does not show the mark')
    await page.getByRole('button', { name: /Referral entered in error/ }).waitFor()
    await shot(page, 'entered-in-error-course')
  })
}

/** Name and zone of the clinic; what somebody else changed meanwhile is not written over. */
export async function clinic(page, server) {
  const asks = (method, body) =>
    fetch(`${server.origin}/api/site`, {
      method,
      headers: {
        Authorization: `Bearer ${server.token}`,
        'X-Engram': '1',
        'Content-Type': 'application/json',
      },
      body: body && JSON.stringify(body),
    }).then((answer) => answer.json())
  await test('page settings change the clinic', async () => {
    await visit(page, '/settings')
    const button = page.getByRole('button', { name: 'Save the clinic' })
    check(await button.isDisabled(), 'nothing is changed, and it can be saved')
    await page.getByLabel('Name').fill('Harbour practice')
    await page.getByLabel('Time zone').fill('Pacific/Auckland')
    await button.click()
    await page.getByText('Saved.').waitFor()
    await page.locator('.side__site', { hasText: 'Harbour practice' }).waitFor()
    const seen = await asks('GET')
    check(seen.body.time_zone === 'Pacific/Auckland', `the zone is ${seen.body.time_zone}`)
    await page.getByLabel('Time zone').fill('Mars/Olympus')
    await button.click()
    await page.getByText('this machine knows no such time zone').waitFor()
    await page.getByLabel('Time zone').fill('Pacific/Honolulu')
    await asks('PUT', { version: seen.version, body: { ...seen.body, name: 'Changed elsewhere' } })
    await button.click()
    await page.getByText('Somebody changed this while you were writing').waitFor()
    await shot(page, 'settings-conflict')
    check(!(await page.getByText(/version \d/).count()), 'the conflict speaks of versions')
    await page.getByRole('button', { name: 'Load the newer version' }).click()
    await page.locator('input[name="site-name"]').waitFor()
    await page.waitForFunction(
      () => document.querySelector('input[name="site-name"]').value === 'Changed elsewhere',
    )
    check(!(await page.locator('.trouble').count()), 'the conflict still stands there')
  })
}

/** Every dialog opens by Enter, closes by Escape and gives the focus back to what opened it. */
async function dialogs(page, t) {
  await test('dialogs give the focus back', async () => {
    const list = [
      [`${t}/course`, page.locator('#ref .linkbtn')],
      [`${t}/goals`, page.getByRole('button', { name: 'Set a goal' }).first()],
      [`${t}/progress`, page.getByRole('button', { name: 'Write a report' })],
    ]
    for (const [route, opener] of list) {
      await visit(page, route)
      await opener.focus()
      await page.keyboard.press('Enter')
      await page.locator('dialog[open]').waitFor()
      await page.keyboard.press('Tab')
      check(
        await page.evaluate(() => !!document.activeElement?.closest('dialog[open]')),
        `${route}: Tab leaves the dialog`,
      )
      await page.keyboard.press('Escape')
      check(await opener.evaluate((e) => document.activeElement === e), `${route}: focus is lost`)
    }
    return `${list.length} dialogs`
  })
}

/** The body figure is one stop for Tab; arrows walk over it, Enter chooses, the ring is seen. */
async function figure(page, t) {
  await test('body figure by keyboard', async () => {
    await visit(page, `${t}/intake`)
    const stops = page.locator('.bodyfig .region[tabindex="0"]')
    check((await stops.count()) === 1, `it is ${await stops.count()} stops`)
    await stops.first().focus()
    await page.keyboard.press('ArrowRight')
    const here = await page.evaluate(() => document.activeElement?.getAttribute('aria-label'))
    check(here, 'an arrow leads nowhere')
    const before = await page.locator('.sym').count()
    await page.keyboard.press('Enter')
    check((await page.locator('.sym').count()) === before + 1, 'Enter adds no symptom')
    await page.evaluate(() => sessionStorage.clear())
    await page.reload()
    await settled(page)
    return here
  })
}

/** Who asked for less motion sees none: no animation, no transition, stills for a demonstration. */
async function still(page) {
  await test('reduced motion', async () => {
    await visit(page, '/library/exercises/sit-to-stand')
    const moving = await page.evaluate(() => document.getAnimations().length)
    check(moving === 0, `${moving} animations run`)
    const before = await page.locator('.demo__pic').innerHTML()
    await page.waitForTimeout(300)
    check((await page.locator('.demo__pic').innerHTML()) === before, 'the demonstration moves')
  })
}

/** On paper: no menu, no buttons, nothing cut at the side. */
async function paper(page, t) {
  await test('print', async () => {
    await visit(page, `${t}/progress`)
    await page.emulateMedia({ media: 'print' })
    for (const gone of ['.side', '.tabs', '.btn'])
      check(!(await page.locator(gone).first().isVisible()), `${gone} is printed`)
    check(await page.locator('.trend').first().isVisible(), 'the trends are not printed')
    await shot(page, 'progress-print')
    await page.emulateMedia({ media: 'screen' })
  })
}

/** Tab reaches the skip link first, the ring is visible, and a dialog gives the focus back. */
async function keyboard(page) {
  await test('keyboard', async () => {
    await page.setViewportSize({ width: 1280, height: 900 })
    await visit(page, '/people')
    await page.reload()
    await settled(page)
    await page.keyboard.press('Tab')
    check(
      (await page.evaluate(() => document.activeElement?.textContent)) === 'Skip to content',
      'the skip link is not first',
    )
    await page.keyboard.press('Enter')
    check(
      (await page.evaluate(() => document.activeElement?.id)) === 'main',
      'the skip link does not lead to the content',
    )
    const add = page.getByRole('button', { name: 'New patient' }).first()
    await add.focus()
    const ring = await add.evaluate((b) => getComputedStyle(b).boxShadow)
    check(ring !== 'none', 'a focused button has no ring')
    await page.keyboard.press('Enter')
    await page.getByRole('dialog').waitFor()
    await page.keyboard.press('Escape')
    check(
      (await page.evaluate(() => document.activeElement?.textContent?.trim())) === 'New patient',
      'the focus is lost after a dialog',
    )
  })
}
