// Starts `engram serve` for the script suites, talks to it, and says what was tested. No packages.
import { spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import http from 'node:http'
import net from 'node:net'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

export const root = join(dirname(fileURLToPath(import.meta.url)), '../..')
export const program = process.env.ENGRAM_PROGRAM ?? join(root, 'build/engram')

// However a suite ends, its servers and folders go with it.
const children = new Set()
const folders = new Set()
process.on('exit', () => {
  for (const child of children) child.kill('SIGKILL')
  for (const path of folders) rmSync(path, { recursive: true, force: true })
})
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => process.exit(1))

/** A fresh folder; `forget` removes it. */
export function folder() {
  const path = mkdtempSync(join(tmpdir(), 'engram-suite-'))
  folders.add(path)
  return { path, forget: () => rmSync(path, { recursive: true, force: true }) }
}

/** Starts a server on a free port over `data`; resolves when it is ready. */
export function start(data, options = []) {
  const child = spawn(program, ['serve', '--data', data, '--listen', '127.0.0.1:0', ...options], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, TZ: 'UTC' }, // a new store takes its zone from the machine; suites count in UTC
  })
  const server = { child, output: '', errors: '' }
  children.add(child)
  child.on('exit', () => children.delete(child))
  server.ended = new Promise((resolve) => child.on('exit', (code, signal) => resolve({ code, signal })))
  child.stderr.on('data', (text) => (server.errors += text))
  return new Promise((resolve, reject) => {
    const late = setTimeout(() => reject(new Error(`not ready after 20 s: ${server.output}${server.errors}`)), 20000)
    child.on('exit', () => reject(new Error(`ended at once: ${server.output}${server.errors}`)))
    child.stdout.on('data', (text) => {
      server.output += text
      const found = /http:\/\/127\.0\.0\.1:(\d+)\/\?token=([0-9a-f]{64})/.exec(server.output)
      if (!found || server.port) return
      clearTimeout(late)
      server.port = Number(found[1])
      server.token = found[2]
      server.start = found[0]
      server.base = `http://127.0.0.1:${server.port}`
      resolve(server)
    })
  })
}

/** Asks the server to end and waits until it has. */
export async function stop(server) {
  server.child.kill('SIGTERM')
  return server.ended
}

/** One request; resolves to {status, headers, text, json}. `headers` replace the usual ones. */
export function ask(server, method, path, { body, headers, agent, type } = {}) {
  const sent = { Host: `127.0.0.1:${server.port}`, Authorization: `Bearer ${server.token}` }
  let bytes = body
  if (method !== 'GET' && method !== 'HEAD') sent['X-Engram'] = '1'
  if (body !== undefined && !(body instanceof Uint8Array) && typeof body !== 'string') {
    bytes = JSON.stringify(body)
    sent['Content-Type'] = 'application/json'
  } else if (body instanceof Uint8Array) {
    sent['Content-Type'] = 'application/octet-stream'
  }
  if (type) sent['Content-Type'] = type
  Object.assign(sent, headers)
  for (const name of Object.keys(sent)) if (sent[name] === null) delete sent[name]
  if (bytes !== undefined) sent['Content-Length'] = Buffer.byteLength(bytes)
  return new Promise((resolve, reject) => {
    const request = http.request(
      { host: '127.0.0.1', port: server.port, method, path, headers: sent, agent: agent ?? false, setHost: false },
      (response) => {
        const parts = []
        response.on('data', (part) => parts.push(part))
        response.on('error', reject)
        response.on('end', () => {
          const whole = Buffer.concat(parts)
          const text = whole.toString('utf8')
          let json
          try {
            json = JSON.parse(text)
          } catch {
            json = undefined
          }
          resolve({ status: response.statusCode, headers: response.headers, bytes: whole, text, json })
        })
      },
    )
    request.on('error', reject)
    request.setTimeout(30000, () => request.destroy(new Error('no answer in 30 s')))
    if (bytes !== undefined) request.write(bytes)
    request.end()
  })
}

/** Sends bytes as they are; resolves to all that came back until the server closed, or `wait` ms. */
export function raw(server, bytes, { wait = 5000, end = false } = {}) {
  return new Promise((resolve, reject) => {
    let text = ''
    const socket = net.connect(server.port, '127.0.0.1', () => {
      socket.write(bytes)
      if (end) socket.end()
    })
    const late = setTimeout(() => socket.destroy(), wait)
    socket.on('data', (part) => (text += part.toString('latin1')))
    socket.on('error', (error) => (text === '' ? reject(error) : resolve(text)))
    socket.on('close', () => {
      clearTimeout(late)
      resolve(text)
    })
  })
}

export const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms))

/** Collects tests and prints one line for each: "ok NAME", "not ok NAME: why", "skip NAME: why". */
export class Suite {
  constructor(name) {
    this.name = name
    this.word = process.argv[2] ?? ''
    this.failed = 0
    // A word that no test of this file holds: nothing to prepare.
    const source = readFileSync(process.argv[1], 'utf8')
    const names = [...source.matchAll(/suite\.test\(\s*['"`]([^'"`$]*)/g)].map((found) => found[1])
    if (this.word !== '' && !names.some((one) => this.wanted(one))) process.exit(0)
  }
  wanted(name) {
    return this.word === '' || `${this.name}: ${name}`.includes(this.word)
  }
  async test(name, run) {
    if (!this.wanted(name)) return
    const full = `${this.name}: ${name}`
    try {
      const note = await run()
      console.log(`ok ${full}${typeof note === 'string' ? `: ${note}` : ''}`)
    } catch (error) {
      this.failed++
      console.log(`not ok ${full}: ${String(error?.message ?? error).replaceAll('\n', ' ')}`)
    }
  }
  skip(name, why) {
    if (this.wanted(name)) console.log(`skip ${this.name}: ${name}: ${why}`)
  }
  end() {
    process.exitCode = this.failed ? 1 : 0
  }
}

export function check(holds, text) {
  if (!holds) throw new Error(text)
}

export function equal(actual, expected, what) {
  if (actual !== expected) throw new Error(`${what} is ${JSON.stringify(actual)}, expected ${JSON.stringify(expected)}`)
}
