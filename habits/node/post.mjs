// Bodies of a megabyte, two at a time: node post.mjs URL N
import { base, get, many, transport } from './parts.mjs'

const body = Buffer.alloc(1_000_000, 'tlstax')
const agent = new transport.Agent({ keepAlive: true })
await many(2, () => get(base, { method: 'POST', agent, body, headers: { 'Content-Length': body.length } }))
agent.destroy()
