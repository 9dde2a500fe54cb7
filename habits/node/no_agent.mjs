// An agent that keeps nothing alive, which was Node's own up to version 18: node no_agent.mjs URL N [CONCURRENCY]
import { fetchAll } from './fetch_all.mjs'

await fetchAll({ keepAlive: false })
