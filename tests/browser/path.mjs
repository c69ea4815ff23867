// The whole path of care on a new person, as a therapist walks it: referral, intake with a red flag,
// release, recording, values, findings, goal, plan, signature, session, re-evaluation, report.
import { execFileSync } from 'node:child_process'
import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { check, fail, launch, ok, open, serve, settled, shot, test, visit } from './support.mjs'

/** An open recording where the data are, else one of our own with a known slow sway. */
function recording(folder) {
  const data = process.env.ENGRAM_DATA ? join(process.env.ENGRAM_DATA, 'balance') : ''
  const found =
    data && existsSync(data) ? readdirSync(data).find((name) => /^BDS\d+\.txt$/.test(name)) : ''
  if (found) return join(data, found)
  const lines = ['Time[s]\tCOP_ML[cm]\tCOP_AP[cm]\tFz[N]']
  for (let i = 0; i < 6000; i++) {
    const t = i / 100
    const x = 0.4 * Math.sin(2 * Math.PI * 0.21 * t) + 0.15 * Math.sin(2 * Math.PI * 0.73 * t + 1)
    const y = 0.6 * Math.sin(2 * Math.PI * 0.17 * t + 0.4) + 0.2 * Math.sin(2 * Math.PI * 0.61 * t)
    lines.push(
      [
        t.toFixed(2),
        x.toFixed(5),
        y.toFixed(5),
        (700 + 4 * Math.sin(2 * Math.PI * 1.1 * t)).toFixed(2),
      ].join('\t'),
    )
  }
  const path = join(folder, 'synthetic.txt')
  writeFileSync(path, `${lines.join('\n')}\n`)
  return path
}

const has = (tool) => {
  try {
    execFileSync('sh', ['-c', `command -v ${tool}`])
    return true
  } catch {
    return false
  }
}

class Walk {
  constructor(page, folder) {
    this.page = page
    this.folder = folder
    this.episode = ''
  }

  go(where) {
    return visit(this.page, `/e/${this.episode}/${where}`)
  }

  field(label, scope = this.page) {
    return scope.getByLabel(label, { exact: false }).first()
  }

  /** Presses the step on the chart's page and waits for the state that follows. */
  async step(button, state) {
    await this.go('course')
    const press = this.page.getByRole('button', { name: button, exact: true })
    if (await press.isDisabled()) {
      const open = await this.page.locator('.next .todo li:not(.done)').allTextContents()
      throw new Error(`“${button}” is closed: ${open.join('; ')}`)
    }
    await press.click()
    await this.page.locator('.phead__state').getByText(state).waitFor()
  }

  async referral() {
    const { page } = this
    await visit(page, '/people?new=1')
    const form = page.getByRole('dialog')
    await form.getByLabel('Given name').fill('Nora')
    await form.getByLabel('Family name').fill('Example-Walk')
    await form.getByLabel('Date of birth').fill('1957-04-12')
    await form.getByRole('button', { name: 'Female' }).click()
    await form.getByLabel('What it is about').fill('Left hemiparesis after stroke')
    await form.getByLabel('Referred by').fill('Dr. T. Walker')
    await form.getByLabel('Order signed on').fill(new Date().toISOString().slice(0, 10))
    await form.getByLabel('Diagnosis, as written').fill('Ischaemic stroke, right')
    await form.getByLabel('What is asked for').fill('Balance and standing up')
    await form.getByRole('button', { name: 'Open the chart' }).click()
    await page.locator('.phead h1').waitFor()
    this.episode = /#\/e\/([^/]+)\//.exec(page.url())[1]
    await this.step('Begin the intake', 'Intake')
    await page.getByRole('heading', { name: 'Nothing measured yet' }).waitFor()
    check((await page.getByText(/\b0 findings/).count()) === 0, 'nothing measured is "0 findings"')
    await this.go('progress')
    await page.getByRole('heading', { name: /^Not measured yet/ }).waitFor()
  }

  async intake() {
    const { page } = this
    await this.go('intake')
    await page.getByRole('button', { name: 'Add a concern' }).click()
    await page
      .getByRole('textbox', { name: /^Concern 1/ })
      .fill('I want to stand up from my sofa without help.')
    await page.reload()
    await settled(page)
    check(
      (await page.getByRole('textbox', { name: /^Concern 1/ }).inputValue()).includes('sofa'),
      'typing is lost by a reload',
    )
    await page.getByRole('button', { name: 'Add an own goal' }).click()
    await page.getByLabel('Wants to be able to 1').fill('Stand up from the sofa without hands')
    await page.getByLabel('Works now').fill('4')
    await page.getByLabel('Region by name').selectOption({ label: 'Left shin, front' })
    await page.locator('#in-symptoms').getByRole('button', { name: 'Add', exact: true }).click()
    await page.locator('#in-symptoms').getByLabel('What').selectOption('weakness')
    const history = page.locator('#in-history')
    await history.getByLabel('Diagnosis').first().fill('Ischaemic stroke, right')
    await history.getByLabel('Onset').fill('2026-03-30')
    await history.getByLabel('Falls in 12 months').fill('2')
    await history
      .getByRole('group', { name: 'Affected side' })
      .getByRole('button', { name: 'Left' })
      .click()
    await history.locator('summary').click()
    await history
      .getByRole('group', { name: /^Stroke/ })
      .first()
      .getByRole('button', { name: 'Yes' })
      .click()
    await page.locator('#in-red_flags .yesno').first().getByRole('button', { name: 'Yes' }).click()
    await page.getByRole('button', { name: 'All others were asked: no', exact: true }).click()
    await page.getByRole('button', { name: 'All others were asked: none applies' }).click()
    await page.getByRole('button', { name: 'Enter pressure and pulse' }).click()
    const vital = page.locator('#in-vital_signs')
    for (const [label, value] of [
      ['Systolic', '128'],
      ['Diastolic', '78'],
      ['Pulse', '68'],
      ['Oxygen', '98'],
    ])
      await vital.getByLabel(label).fill(value)
    await page.getByLabel('Agrees to be examined and treated').check()
    await page.getByLabel('Agrees that these data').check()
    await page.getByLabel('Given by').fill('Nora Example-Walk')
    await page.getByRole('button', { name: 'Save the intake' }).click()
    await page.locator('.phead__state').getByText('On hold').waitFor()
    await shot(page, 'path-1-red-flag')
  }

  async release() {
    const { page } = this
    await this.go('course')
    await page.getByRole('heading', { name: /On hold: a red flag/ }).waitFor()
    await page.getByRole('button', { name: 'Write a release note' }).click()
    const form = page.getByRole('dialog')
    await form
      .getByLabel('Reason')
      .fill('Seen by the referrer today: long known, unchanged, no new signs.')
    await form.getByLabel('Clinician').fill('Dana Weiss')
    await form.getByLabel('Credential').fill('PT')
    await form.getByRole('button', { name: 'Release with this note' }).click()
    await page.locator('.phead__state').getByText('Screened').waitFor()
  }

  async evaluate(kind, sitToStand) {
    const { page } = this
    await this.go('evaluation?new=1')
    const form = page.getByRole('dialog')
    await form.getByRole('button', { name: kind, exact: true }).click()
    await form.getByLabel('Examiner').fill('Dana Weiss')
    await form.getByRole('button', { name: 'Begin', exact: true }).click()
    await form.waitFor({ state: 'hidden' })
    await settled(page)
    await this.go('evaluation?section=instruments')
    const sheet = page.locator('details.group').filter({ hasText: /^Five times sit.to.stand/i })
    await sheet.locator('summary').click()
    await sheet.getByLabel(/Total/).fill(sitToStand)
    await sheet.getByRole('button', { name: /Save/ }).click()
    await sheet.locator('summary').getByText(sitToStand).waitFor()
  }

  async upload() {
    const { page } = this
    await this.go('evaluation?section=recording')
    await page.locator('input[type=file]').setInputFiles(recording(this.folder))
    await page.getByText('Not decided').waitFor({ timeout: 30000 })
    await settled(page)
    await page.locator('.lane canvas').first().waitFor()
    const velocity = page
      .locator('.tbl--measures tr')
      .filter({ hasText: /mean velocity|velocity, mean/i })
      .first()
    this.velocity = (await velocity.locator('.val').textContent()).trim()
    await page.getByRole('button', { name: 'Keep', exact: true }).click()
    await page.locator('.ev').getByText('Kept', { exact: true }).first().waitFor()
    await shot(page, 'path-2-recording')
    await this.go('evaluation?section=strength')
    const group = page.locator('details.group').filter({ hasText: 'MRC grade' })
    await group.locator('summary').click()
    const row = group
      .locator('tr')
      .filter({ hasText: /dorsiflexors/i })
      .first()
    // By mouse on one side, by keyboard on the other; what a grade means stands beneath.
    await row.locator('[data-side=left]').getByRole('radio', { name: /^3 / }).check({ force: true })
    await row.locator('[data-side=right]').getByRole('radio', { name: 'not tested' }).focus()
    await page.keyboard.press('5')
    await row.getByText('normal power').waitFor()
    await group.getByText('What the grades mean').click()
    await group.getByText('not verified by a clinician').first().waitFor()
    await page.getByRole('button', { name: 'Save 2 values' }).click()
    await page.getByText('2 values saved').waitFor()
  }

  async findings() {
    const { page } = this
    await this.go('findings')
    await page.locator('.findlist .find').first().waitFor()
    const text = await page.locator('.findlist').innerText()
    check(
      /five times sit|dorsiflexor/i.test(text),
      `the measured values are not among the findings: ${text.slice(0, 200)}`,
    )
    await page.getByRole('searchbox', { name: 'Find a finding' }).fill('follow a short film')
    const entry = page.locator('.fentry').filter({ hasText: 'Can follow a short film' }).first()
    await entry.getByRole('button', { name: 'Yes' }).click()
    await entry.getByText('Saved').waitFor()
    await shot(page, 'path-3-findings')
  }

  async goal() {
    const { page } = this
    await this.go('goals?new=1')
    const form = page.getByRole('dialog')
    await form.getByLabel('What the person wants').fill('Stand up from the sofa without hands')
    const option = await form
      .getByLabel('Measured by')
      .locator('option')
      .filter({ hasText: /five times.*\(measured\)/i })
      .first()
      .getAttribute('value')
    await form.getByLabel('Measured by').selectOption(option)
    await form.getByLabel('About').selectOption('stand')
    await form.getByLabel('Target').fill('12')
    await form.getByRole('button', { name: 'Save the goal' }).click()
    await form.waitFor({ state: 'hidden' })
    await this.step('Settle the goals', 'Goals set')
  }

  async plan() {
    const { page } = this
    await this.go('plan')
    await page.locator('.prop').first().waitFor()
    const count = await page.locator('.prop[data-rule]').count()
    check(count >= 2, `only ${count} proposals`)
    await page.locator('.prop--open').getByRole('button', { name: 'Edit dose' }).click()
    await page.getByRole('dialog').getByLabel('How often').fill('2 a week here, daily at home')
    await page.getByRole('dialog').getByLabel('Why it differs').fill('Travel allows two visits.')
    await page.getByRole('dialog').getByRole('button', { name: 'Accept with this dose' }).click()
    await page.getByText('Accepted with an edit').waitFor()
    await page.locator('.prop--open').getByRole('button', { name: 'Reject, with reason' }).click()
    await page.getByRole('dialog').getByLabel('Reason').fill('She does not want it now.')
    await page.getByRole('dialog').getByRole('button', { name: 'Reject with this reason' }).click()
    await page.getByText('Rejected', { exact: true }).waitFor()
    for (let i = 0; i < 40 && (await page.locator('.prop--open').count()); i++) {
      await page.locator('.prop--open').getByRole('button', { name: 'Accept', exact: true }).click()
    }
    for (let i = 0; i < 20 && (await page.getByLabel(/^Reason for going on/).count()); i++) {
      await page
        .getByLabel(/^Reason for going on/)
        .first()
        .fill('Discussed with her; supervised only.')
      await page.getByRole('button', { name: 'Give the reason' }).first().click()
    }
    await page.getByRole('button', { name: 'Save the draft' }).click()
    await page.getByText('Draft saved').waitFor()
    await shot(page, 'path-4-plan')
    await page.getByRole('button', { name: /^Sign version/ }).click()
    await this.sign()
    await page.locator('.phead__state').getByText('In treatment').waitFor()
  }

  async sign() {
    const form = this.page.getByRole('dialog')
    await form.getByLabel('Your name').fill('Dana Weiss')
    await form.getByLabel('Credential').fill('PT')
    await form.getByRole('button', { name: 'Sign', exact: true }).click()
    try {
      await form.waitFor({ state: 'hidden' })
    } catch {
      throw new Error(`not signed: ${await form.locator('[role=alert]').allTextContents()}`)
    }
  }

  async session() {
    const { page } = this
    await this.go('session')
    const ci = page
      .locator('section')
      .filter({ has: page.getByRole('heading', { name: 'Check-in' }) })
    for (const [label, value] of [
      ['Pain', '2'],
      ['Systolic', '215'],
      ['Diastolic', '80'],
      ['Pulse', '70'],
      ['Oxygen', '98'],
    ])
      await ci.getByLabel(label).first().fill(value)
    await page.getByRole('heading', { name: /Not today/ }).waitFor()
    await ci.getByLabel('Systolic').fill('128')
    await page.getByRole('heading', { name: /Not today/ }).waitFor({ state: 'hidden' })
    const row = page.locator('.exrow').first()
    await row.getByLabel('Sets').fill('4')
    await row.getByLabel('Reps a set').fill('10')
    await row.getByLabel('On target').fill('31')
    await page.getByRole('button', { name: /One to one/ }).click()
    await page.getByRole('button', { name: /One to one/ }).click()
    await page.getByLabel('One to one, minutes').fill('38')
    await page.getByLabel('Rest, minutes').fill('7')
    await page.getByLabel('Response to the session').fill('Tolerated well, steady pace.')
    await page.getByLabel('Treated by').fill('Dana Weiss')
    await shot(page, 'path-5-session')
    await page.getByRole('button', { name: 'End and save the session' }).click()
    await this.sign()
    await page.locator('.prop--mini').getByText('Signed', { exact: true }).first().waitFor()
  }

  async progress() {
    const { page } = this
    await this.go('progress')
    const card = page
      .locator('.trend')
      .filter({ hasText: /five times/i })
      .first()
    await card.waitFor()
    check(
      (await card.locator('.trend__v').textContent()).includes('12.8'),
      'the newest value is not shown',
    )
    await shot(page, 'path-6-progress')
    // The discharge is no task of somebody in treatment, and its report asks why.
    await this.go('course')
    await page.getByText('To end the treatment, when it is time:').waitFor()
    await page
      .locator('.next .todo li')
      .filter({ hasText: 'why the treatment ends' })
      .getByRole('link', { name: 'Do it' })
      .click()
    const report = page.getByRole('dialog')
    await report.getByLabel('Why the episode ends').waitFor()
    check(
      await report.getByLabel('Why the episode ends').evaluate((field) => field.required),
      'a discharge needs no reason',
    )
    await report.getByRole('button', { name: 'Not now' }).click()
    await this.go('progress')
  }

  async paper(type, numbers) {
    const { page } = this
    const answer = await page
      .context()
      .request.get(
        `${new URL(page.url()).origin}/api/episodes/${this.episode}/report.pdf?type=${type}`,
      )
    check(
      answer.status() === 200,
      `the report is answered with ${answer.status()}: ${(await answer.text()).slice(0, 200)}`,
    )
    const path = join(this.folder, `${type}.pdf`)
    writeFileSync(path, await answer.body())
    const text = execFileSync('pdftotext', ['-layout', path, '-']).toString()
    // The page shows three digits, paper may show more.
    const printed = (text.match(/\d+\.\d+/g) ?? []).map(Number)
    const holds = (n) => {
      const unit = 10 ** -(n.split('.')[1] ?? '').length
      return text.includes(n) || printed.some((p) => Math.abs(p - Number(n)) <= 0.51 * unit)
    }
    for (const n of numbers)
      check(holds(n), `${type}: “${n}” is not in the PDF: ${text.slice(0, 900)}`)
    return numbers.join(', ')
  }
}

/** Changes one byte of the signed plan in the store, as only somebody outside Engram could. */
function tamper(data, episode) {
  const file = readdirSync(data).find((name) => /\.(db|sqlite3?)$/.test(name)) ?? 'engram.db'
  const where = `kind = 'plan' AND episode_id = '${episode}' AND version = (SELECT max(document_version) FROM (SELECT json_extract(body, '$.document_version') AS document_version FROM document WHERE kind = 'signature' AND episode_id = '${episode}' AND json_extract(body, '$.document_kind') = 'plan'))`
  const sql = `DROP TRIGGER IF EXISTS document_stays; UPDATE document SET body = replace(body, 'daily at home', 'daily at hone') WHERE ${where}; SELECT changes();`
  return execFileSync('sqlite3', [join(data, file), sql])
    .toString()
    .trim()
}

export async function path() {
  const folder = mkdtempSync(join(tmpdir(), 'engram-path-'))
  let server = await serve({ data: join(folder, 'data') })
  const browser = await launch()
  try {
    let { page, context, errors } = await open(browser, server)
    const walk = new Walk(page, folder)
    const steps = [
      ['referral', () => walk.referral()],
      ['intake with a red flag holds', () => walk.intake()],
      ['release note', () => walk.release()],
      [
        'evaluation and a value',
        async () => {
          await walk.evaluate('Initial', '16.1')
          await walk.step('Begin the evaluation', 'Being evaluated')
        },
      ],
      ['recording kept', () => walk.upload()],
      ['evaluation closed', () => walk.step('Close the evaluation', 'Evaluated')],
      ['findings', () => walk.findings()],
      ['goal', () => walk.goal()],
      ['plan edited, rejected, signed', () => walk.plan()],
      ['session', () => walk.session()],
      ['re-evaluation', () => walk.evaluate('Re-evaluation', '12.8')],
      ['progress', () => walk.progress()],
    ]
    let going = true
    for (const [name, work] of steps) {
      if (!going) {
        fail(`path ${name}`, 'the step before it failed')
        continue
      }
      going = await test(`path ${name}`, work)
      if (!going) await shot(page, `failed-${name.replaceAll(' ', '-')}`)
    }
    if (going && has('pdftotext')) {
      await test('path report holds the measured numbers', () =>
        walk.paper('evaluation_plan', ['16.1', walk.velocity]))
      await test('path progress report holds both values', () =>
        walk.paper('progress', ['16.1', '12.8']))
    } else if (!has('pdftotext'))
      fail('path report', 'pdftotext is missing (apt-get install poppler-utils)')
    if (errors.length) fail('path console', errors.join('; '))
    else ok('path console', 'no error and nothing refused by the content policy')
    await context.close()
    if (going) {
      await test('path a changed byte is seen', async () => {
        await server.end()
        check(tamper(join(folder, 'data'), walk.episode) === '1', 'no byte was changed')
        server = await serve({ data: join(folder, 'data') })
        ;({ page, context } = await open(browser, server))
        walk.page = page
        await walk.go('course')
        await page.getByText(/Changed since it was signed/).first().waitFor()
        await walk.go('plan')
        await page.getByText(/Changed since it was signed/).first().waitFor()
        await walk.paper('evaluation_plan', ['Changed since it was signed', 'No valid signature'])
        await page.getByRole('button', { name: 'Versions' }).click()
        await page.getByRole('button', { name: 'Check the signatures' }).click()
        await page.getByText(/Not as signed/).waitFor()
        await context.close()
      })
    }
  } catch (error) {
    fail('path', error)
  } finally {
    await browser.close()
    await server.end()
    rmSync(folder, { recursive: true, force: true })
  }
}
