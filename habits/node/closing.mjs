// Connections that are closed after each answer: node closing.mjs URL N header|no-agent
// header: an agent that keeps them, and a header that asks for the contrary. no-agent: `agent: false`, an agent each.
import { base, get, many, transport } from './parts.mjs'

const agent = new transport.Agent({ keepAlive: true })
const options = process.argv[4] === 'header' ? { agent, headers: { Connection: 'close' } } : { agent: false }
await many(2, () => get(`${base}/get`, options))
agent.destroy()
