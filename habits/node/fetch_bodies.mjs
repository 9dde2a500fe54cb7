// fetch(), four at a time, for 300,000 bytes each: node fetch_bodies.mjs URL N read|unread
// unread: only the status is looked at, and the connection stays taken.
import { base, many } from './parts.mjs'

const kept = []
await many(4, async () => {
  const response = await fetch(`${base}/bytes/300000`)
  if (response.status !== 200) throw new Error(`status ${response.status}`)
  if (process.argv[4] === 'read') await response.arrayBuffer()
  else kept.push(response)
})
process.exit(0)
