// A server of our own on a free port with an empty folder, a browser, and the words of a test.
import { spawn } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { chromium } from 'playwright-core'

export const program = new URL('../../build/engram', import.meta.url).pathname
let failures = 0

export const ok = (name, note = '') => console.log(`ok browser ${name}${note ? ` # ${note}` : ''}`)
export function fail(name, why) {
  failures++
  const text = String(why instanceof Error ? why.message : why)
  console.log(`not ok browser ${name}: ${text.replaceAll(/\s+/g, ' ').slice(0, 1200)}`)
}
export const failed = () => failures

/** Runs one named test; whatever it throws is why it failed. */
export async function test(name, work) {
  try {
    const note = await work()
    ok(name, note ?? '')
    return true
  } catch (error) {
    fail(name, error)
    return false
  }
}

export function check(condition, why) {
  if (!condition) throw new Error(why)
}

/** {url, origin, data, stop()}; `data` outlives stop() when it was given. */
export async function serve({ demo = false, data = '' } = {}) {
  const folder = data || mkdtempSync(join(tmpdir(), 'engram-browser-'))
  const options = [
    'serve',
    '--data',
    folder,
    '--listen',
    '127.0.0.1:0',
    ...(demo ? ['--demo'] : []),
  ]
  const child = spawn(program, options, { stdio: ['ignore', 'pipe', 'pipe'] })
  let said = ''
  const url = await new Promise((resolve, reject) => {
    const late = setTimeout(
      () => reject(new Error(`engram serve said nothing in 60 s: ${said}`)),
      60000,
    )
    const listen = (bytes) => {
      said += bytes
      const found = /http:\/\/\S+token=[0-9a-f]+/.exec(said)
      if (!found) return
      clearTimeout(late)
      resolve(found[0])
    }
    child.stdout.on('data', listen)
    child.stderr.on('data', listen)
    child.on('exit', (code) =>
      reject(new Error(`engram serve ended with ${code}: ${said.slice(-400)}`)),
    )
  })
  return {
    url,
    origin: new URL(url).origin,
    token: new URL(url).searchParams.get('token'),
    data: folder,
    async stop() {
      const gone = new Promise((resolve) => child.once('exit', resolve))
      child.kill('SIGTERM')
      await gone
      if (!data) rmSync(folder, { recursive: true, force: true })
    },
    async end() {
      const gone = new Promise((resolve) => child.once('exit', resolve))
      child.kill('SIGTERM')
      await gone
    },
  }
}

export function launch() {
  return chromium.launch({
    executablePath: process.env.ENGRAM_BROWSER ?? '/usr/bin/chromium',
    args: [
      '--headless',
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  })
}

/** A signed-in page that notes every error it meets, a refused script or style included. */
export async function open(browser, server, { width = 1280, height = 900, theme = 'light' } = {}) {
  const context = await browser.newContext({
    viewport: { width, height },
    reducedMotion: 'reduce',
    acceptDownloads: true,
  })
  // The start address leads on to one without a query: the choice is the browser's own.
  await context.addInitScript((name) => {
    if (!localStorage.getItem('engram-theme')) localStorage.setItem('engram-theme', name)
  }, theme)
  const page = await context.newPage()
  const errors = []
  page.on('pageerror', (error) => errors.push(error.message))
  page.on('console', (message) => {
    const text = message.text()
    if (message.type() === 'error' && !/status of (404|409|422)/.test(text)) errors.push(text)
  })
  page.setDefaultTimeout(15000)
  await page.goto(server.url)
  await page.waitForSelector('main')
  return { context, page, errors }
}

export async function visit(page, route) {
  await page.evaluate((r) => {
    location.hash = r
  }, `#${route}`)
  await settled(page)
}

/** Nothing is being fetched any more and the page has drawn. */
export async function settled(page) {
  await page.waitForFunction(() => !document.querySelector('.waiting'), null, { timeout: 20000 })
  await page.waitForLoadState('networkidle')
  await page.evaluate(
    () => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))),
  )
}

export async function shot(page, name) {
  const folder = process.env.ENGRAM_SHOTS
  if (!folder) return
  mkdirSync(folder, { recursive: true })
  await page.evaluate(() => scrollTo(0, 0))
  await page.screenshot({ path: join(folder, `${name}.png`), fullPage: true })
}
