// A login, a token with it, and pages of which each names the next: node login.mjs URL PAGES
import { createHash } from 'node:crypto'
import { base, get, n, transport } from './parts.mjs'

const agent = new transport.Agent({ keepAlive: true })
const derived = answer => createHash('sha256').update(answer).digest('hex').slice(0, 16)
const token = derived(await get(`${base}/get?login=me`, { agent }))
const headers = { Authorization: `Bearer ${token}` }
let cursor = 'first'
for (let page = 0; page < n; page++) {
  cursor = derived(await get(`${base}/get?cursor=${cursor}`, { agent, headers }))
}
agent.destroy()
console.log(`${n} ok`)
