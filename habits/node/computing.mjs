// Computes for 20 ms after each response, eight requests at a time: computing.mjs URL N. It has one thread, so more at a
// time would gain nothing.
import { pbkdf2Sync } from 'node:crypto'
import http from 'node:http'
import https from 'node:https'

const [base, count] = process.argv.slice(2)
const library = base.startsWith('https:') ? https : http
const agent = new library.Agent({ keepAlive: true })
let left = Number(count)

function fetched() {
  return new Promise((resolve, reject) => {
    const request = library.get(`${base.replace(/\/$/, '')}/get`, { agent }, (response) => {
      response.resume()
      response.on('end', () => (response.statusCode === 200 ? resolve() : reject(new Error(response.statusCode))))
    })
    request.on('error', reject)
  })
}

async function worker() {
  while (left > 0) {
    left -= 1
    await fetched()
    const until = performance.now() + 20
    while (performance.now() < until) pbkdf2Sync('password', 'salt', 1000, 32, 'sha256')
  }
}

await Promise.all(Array.from({ length: 8 }, worker))
agent.destroy()
console.log(`${count} ok`)
