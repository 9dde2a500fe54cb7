// One agent that keeps connections alive: node agent.mjs URL N [CONCURRENCY]
import { fetchAll } from './fetch_all.mjs'

await fetchAll({ keepAlive: true })
