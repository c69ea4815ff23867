import { asApiError, type ApiError } from './api'

/** Something being fetched: exactly one of loading, error and data is what the page shows. */
export class Loading<T> {
  data = $state.raw<T | null>(null)
  error = $state.raw<ApiError | null>(null)
  busy = $state(false)
  #run = 0

  async run(work: () => Promise<T>): Promise<T | null> {
    const mine = ++this.#run
    this.busy = true
    this.error = null
    try {
      const data = await work()
      if (mine === this.#run) this.data = data
      return data
    } catch (thrown) {
      if (mine === this.#run) this.error = asApiError(thrown)
      return null
    } finally {
      if (mine === this.#run) this.busy = false
    }
  }
}

/** A write: the page changes only when the server has acknowledged it. */
export class Saving {
  busy = $state(false)
  error = $state.raw<ApiError | null>(null)
  done = $state('')

  async run<T>(work: () => Promise<T>, said = ''): Promise<T | null> {
    if (this.busy) return null
    this.busy = true
    this.error = null
    this.done = ''
    try {
      const result = await work()
      this.done = said
      return result
    } catch (thrown) {
      this.error = asApiError(thrown)
      return null
    } finally {
      this.busy = false
    }
  }
}
