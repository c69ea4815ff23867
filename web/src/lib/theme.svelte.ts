/** Light or dark. public/theme.js decided before the first paint; here it can be changed. */
class Theme {
  name = $state(document.documentElement.dataset.theme ?? 'light')

  set(name: 'light' | 'dark'): void {
    this.name = name
    document.documentElement.dataset.theme = name
    try {
      localStorage.setItem('engram-theme', name)
    } catch {
      // A browser without storage forgets the choice; nothing else is lost.
    }
  }

  toggle(): void {
    this.set(this.name === 'dark' ? 'light' : 'dark')
  }
}

export const theme = new Theme()

/** The value of a colour token, for drawings on a canvas. */
export function token(name: string): string {
  return getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim()
}
