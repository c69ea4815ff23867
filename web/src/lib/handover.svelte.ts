/**
 * The tablet is in the patient's hands: until the therapist takes it back, every address in every
 * tab of this browser shows the questions and nothing of the chart. The lock is kept where all tabs
 * see it, with a salted hash of the therapist's code. It is a curtain against chance: whoever can
 * use the browser's own tools can lift it.
 */
const KEY = 'engram-handover'
/** Sent for a moment with the start address (serve/answer.c), which the patient does not have. */
const STARTED = 'engram_started'
const ROUNDS = 150000
export const TRIES_FREE = 5
const WAIT_FIRST_S = 30
const WAIT_MOST_S = 15 * 60

interface Lock {
  episode: string
  salt: string
  hash: string
  /** Wrong codes so far, and until when (ms since 1970) no further one is looked at. */
  wrong: number
  until: number
}

function read(): Lock | null {
  try {
    const lock = JSON.parse(localStorage.getItem(KEY) ?? 'null') as Partial<Lock> | null
    if (!lock || typeof lock.episode !== 'string' || !lock.episode) return null
    return {
      episode: lock.episode,
      salt: String(lock.salt ?? ''),
      hash: String(lock.hash ?? ''),
      wrong: Number(lock.wrong) || 0,
      until: Number(lock.until) || 0,
    }
  } catch {
    return null
  }
}

const hex = (bytes: Uint8Array) => [...bytes].map((b) => b.toString(16).padStart(2, '0')).join('')

async function hashOf(code: string, salt: string): Promise<string> {
  const bytes = new TextEncoder()
  const key = await crypto.subtle.importKey('raw', bytes.encode(code), 'PBKDF2', false, [
    'deriveBits',
  ])
  const bits = await crypto.subtle.deriveBits(
    { name: 'PBKDF2', hash: 'SHA-256', salt: bytes.encode(salt), iterations: ROUNDS },
    key,
    256,
  )
  return hex(new Uint8Array(bits))
}

/** Why this code cannot be taken; empty when it can. */
export function codeTrouble(code: string): string {
  if (!/^[0-9]{4}$/.test(code)) return 'The code is four digits.'
  const steps = [1, 2, 3].map((i) => Number(code[i]) - Number(code[i - 1]))
  if (steps.every((s) => s === steps[0] && Math.abs(s) <= 1))
    return 'Too easy to guess: do not repeat one digit or count up or down.'
  return ''
}

/** The person's episode while the tablet is handed over; asked of the store every tab shares. */
export const handedTo = (): string => read()?.episode ?? ''

/** What the questions need; everything else of the clinic stays shut while handed over. */
export function mayAsk(method: string, path: string): boolean {
  const episode = handedTo()
  if (!episode || path === '/status' || path.startsWith('/knowledge/')) return true
  if (method === 'GET') return path === `/episodes/${episode}/documents?kind=intake`
  if (method === 'PUT') return /^\/documents\/[^/]+$/.test(path)
  return path === `/episodes/${episode}/documents`
}

class HandOver {
  episode = $state('')

  constructor() {
    if (document.cookie.split('; ').includes(`${STARTED}=1`)) {
      document.cookie = `${STARTED}=; Max-Age=0; Path=/; SameSite=Strict`
      this.#drop()
    }
    this.#look()
    const look = () => this.#look()
    addEventListener('storage', look)
    // A tab that slept heard no event.
    addEventListener('pageshow', look)
    document.addEventListener('visibilitychange', look)
  }

  #look(): void {
    this.episode = handedTo()
  }

  #drop(): void {
    try {
      localStorage.removeItem(KEY)
    } catch {
      // Nothing was kept then.
    }
  }

  /** Hands over; throws when the browser keeps nothing, because a reload would open the chart. */
  async give(episode: string, code: string): Promise<void> {
    const salt = hex(crypto.getRandomValues(new Uint8Array(16)))
    const lock: Lock = { episode, salt, hash: await hashOf(code, salt), wrong: 0, until: 0 }
    try {
      localStorage.setItem(KEY, JSON.stringify(lock))
    } catch {
      throw new Error('This browser keeps nothing, so the tablet cannot be handed over with it.')
    }
    this.#look()
  }

  /** Seconds until the next code is looked at. */
  waitSeconds(): number {
    const left = ((read()?.until ?? 0) - Date.now()) / 1000
    return Math.ceil(Math.min(WAIT_MOST_S, Math.max(0, left)))
  }

  /** True: the chart is open again. A wrong code counts, whichever tab it was typed in. */
  async takeBack(code: string): Promise<boolean> {
    if (this.waitSeconds() > 0) return false
    const asked = read()
    if (!asked) {
      this.#look()
      return true
    }
    const right = (await hashOf(code, asked.salt)) === asked.hash
    const lock = read() ?? asked
    if (right) this.#drop()
    else {
      lock.wrong += 1
      const over = lock.wrong - TRIES_FREE
      if (over >= 0)
        lock.until = Date.now() + 1000 * Math.min(WAIT_MOST_S, WAIT_FIRST_S * 2 ** over)
      localStorage.setItem(KEY, JSON.stringify(lock))
    }
    this.#look()
    return right
  }
}

export const handover = new HandOver()
