/**
 * The tablet is in the patient's hands: until the therapist takes it back, every address shows the
 * questions and nothing of the chart. Kept in the tab, so that a reload does not open the chart.
 */
const KEY = 'engram-handover'

function kept(): string {
  try {
    return sessionStorage.getItem(KEY) ?? ''
  } catch {
    return ''
  }
}

class HandOver {
  episode = $state(kept())

  give(episode: string): void {
    this.episode = episode
    try {
      sessionStorage.setItem(KEY, episode)
    } catch {
      // Without storage a reload ends the hand-over; the chart then asks for nothing secret.
    }
  }

  takeBack(): void {
    this.episode = ''
    try {
      sessionStorage.removeItem(KEY)
    } catch {
      // as above
    }
  }
}

export const handover = new HandOver()
