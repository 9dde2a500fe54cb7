// Twenty requests at a time, then a pause, over an agent that keeps so many idle sockets:
// node free_sockets.mjs URL N FREE
import { setTimeout } from 'node:timers/promises'
import { base, get, n, transport } from './parts.mjs'

const agent = new transport.Agent({ keepAlive: true, maxFreeSockets: Number(process.argv[4]) })
for (let done = 0; done < n; done += 20) {
  await Promise.all(Array.from({ length: Math.min(20, n - done) }, () => get(`${base}/get`, { agent })))
  await setTimeout(20)
}
agent.destroy()
console.log(`${n} ok`)
