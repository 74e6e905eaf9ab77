// The outline of a topic, nested. An argument is unfolded where it is met first; elsewhere it is a reference.
export function nest({ revision, ...topic }, positions, args, relations, citations) {
  const rows = new Map(args.map((row) => [row.id, row]))
  const met = new Set()
  const quotes = new Map()
  for (const row of citations) {
    add(quotes, row.position_id ?? row.argument_id ?? row.relation_id, {
      id: row.id, slug: row.slug, source: row.source_slug, exact: row.exact, start: row.start_at, end: row.end_at,
    })
  }
  const onto = new Map()
  for (const row of relations) add(onto, row.target_position_id ?? row.target_argument_id ?? row.target_relation_id, row)

  const argument = (id) => {
    const { slug, claim, body, language } = rows.get(id)
    if (met.has(id)) return { id, slug, claim, repeated: true, citations: [], relations: [] }
    met.add(id)
    return { id, slug, claim, repeated: false, body, language, citations: quotes.get(id) ?? [], relations: [] }
  }
  const below = (given) => {
    if (!given.repeated) given.relations = relationsOnto(given.id)
    return given
  }
  const relation = ({ id, slug, kind, scheme, symmetric, premise_ids }) => {
    // All premises are met before what is below the first of them.
    const premises = premise_ids.map(argument)
    premises.forEach(below)
    return { id, slug, kind, scheme, symmetric, citations: quotes.get(id) ?? [], premises, relations: relationsOnto(id) }
  }
  const relationsOnto = (id) => (onto.get(id) ?? []).map(relation)

  const placed = positions.map((row) => ({ ...row, citations: quotes.get(row.id) ?? [], relations: relationsOnto(row.id) }))
  // Those that are premise of nothing go first.
  const premises = new Set(relations.flatMap((row) => row.premise_ids))
  const unplaced = []
  for (const row of [...args.filter((it) => !premises.has(it.id)), ...args.filter((it) => premises.has(it.id))]) {
    if (!met.has(row.id)) unplaced.push(below(argument(row.id)))
  }
  return {
    topic, revision, citations: quotes.get(null) ?? [], positions: placed, unplaced: { arguments: unplaced, relations: [] },
  }
}

function add(groups, key, value) {
  const group = groups.get(key)
  if (group) group.push(value)
  else groups.set(key, [value])
}
