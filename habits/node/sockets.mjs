// Ten requests at a time over an agent that has so many sockets for HTTPS: node sockets.mjs URL N SOCKETS
import { base, get, many, secure, transport } from './parts.mjs'

const maxSockets = secure ? Number(process.argv[4]) : Infinity
const agent = new transport.Agent({ keepAlive: true, maxSockets })
await many(10, i => get(`${base}/get?item=${i}`, { agent }))
agent.destroy()
