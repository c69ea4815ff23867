/** The address after `#` decides the page, so that the program serves one file and Back works. */
export interface Route {
  path: string[]
  query: URLSearchParams
}

function read(): Route {
  const [path = '', query = ''] = location.hash.replace(/^#\/?/, '').split('?')
  return {
    path: path.split('/').filter(Boolean).map(decodeURIComponent),
    query: new URLSearchParams(query),
  }
}

class Router {
  now = $state.raw<Route>(read())

  constructor() {
    addEventListener('hashchange', () => {
      this.now = read()
    })
  }

  go(path: string): void {
    location.hash = path.startsWith('#') ? path : `#${path}`
  }
}

export const router = new Router()

/** Sets the title and, after a move to another page, puts the reader at its top heading. */
export function arrive(title: string): void {
  document.title = title ? `${title} · Engram` : 'Engram'
}
