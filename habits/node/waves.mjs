// Twenty requests at a time in three waves, each begun as all but three of the last are answered: node waves.mjs URL 60
import { base, get, n, transport } from './parts.mjs'

const agent = new transport.Agent({ keepAlive: true })
const running = new Set()
for (let sent = 0; sent < n; sent += 20) {
  for (let i = 0; i < 20; i++) {
    const one = get(`${base}/get`, { agent }).then(() => running.delete(one))
    running.add(one)
  }
  while (running.size > 3) await Promise.race(running)
}
await Promise.all(running)
agent.destroy()
console.log(`${n} ok`)
