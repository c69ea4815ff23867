import { age } from './format'
import type { Doc, Episode, Person, State } from './types'

export interface PersonRow extends Doc<Person> {
  episodes?: { id: string; title: string; state: State; status?: Doc['status']; discipline?: string }[]
}

/** A person may come as a document or as its body. */
export function personOf(person: Doc<Person> | Person | undefined | null): Person | null {
  if (!person) return null
  return 'body' in person ? person.body : person
}

export function fullName(person: Doc<Person> | Person | undefined | null): string {
  const p = personOf(person)
  return p ? `${p.given_name} ${p.family_name}` : 'Unknown person'
}

/** "67 y · she/her · left hemiparesis": what stands beside the name. */
export function subtitle(person: Person, episode: Episode, today: string): string {
  const years = age(person.birth_date, today)
  return [years === null ? '' : `${years} y`, person.pronouns ?? '', episode.title]
    .filter(Boolean)
    .join(' · ')
}
