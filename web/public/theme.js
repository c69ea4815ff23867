// Before the first paint, so that a dark room stays dark: ?theme= wins, then the choice, then the system.
'use strict'
;(() => {
  const asked = new URLSearchParams(location.search).get('theme')
  let kept = null
  try {
    kept = localStorage.getItem('engram-theme')
  } catch {
    kept = null
  }
  const system = matchMedia('(prefers-color-scheme: dark)').matches ? 'dark' : 'light'
  const known = (name) => (name === 'light' || name === 'dark' ? name : null)
  document.documentElement.dataset.theme = known(asked) ?? known(kept) ?? system
})()
