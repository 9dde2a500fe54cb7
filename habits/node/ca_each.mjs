// Its roots handed over with each request: node ca_each.mjs URL N each|once
// each: an agent per request, as libraries make them where TLS options are given. once: one agent that has the roots.
import fs from 'node:fs'
import { base, get, many, secure, transport } from './parts.mjs'

const file = process.env.TLSTAX_CA ?? process.env.NODE_EXTRA_CA_CERTS
const options = secure && file ? { ca: fs.readFileSync(file) } : {}
const shared = new transport.Agent({ keepAlive: true, ...options })
await many(2, async () => {
  if (process.argv[4] === 'once') return get(`${base}/get`, { agent: shared })
  const agent = new transport.Agent({ keepAlive: true, ...options })
  await get(`${base}/get`, { agent })
  agent.destroy()
})
shared.destroy()
