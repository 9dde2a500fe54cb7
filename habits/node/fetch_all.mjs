// Fetches <URL>/get N times with one agent of those options, CONCURRENCY (1) at a time.
import http from 'node:http'
import https from 'node:https'

export async function fetchAll(options) {
  const base = process.argv[2].replace(/\/$/, '')
  const n = Number(process.argv[3])
  const concurrency = Number(process.argv[4] ?? 1)
  const transport = base.startsWith('https:') ? https : http
  const agent = new transport.Agent(options)

  let left = n
  const work = async () => {
    while (left-- > 0) await get(transport, agent, `${base}/get`)
  }
  await Promise.all(Array.from({ length: concurrency }, work))
  agent.destroy()
  console.log(`${n} ok`)
}

function get(transport, agent, url) {
  return new Promise((resolve, reject) => {
    const request = transport.request(url, { agent }, response => {
      response.resume()
      response.on('error', reject)
      response.on('end', () => {
        if (response.statusCode === 200) resolve()
        else reject(new Error(`${url}: status ${response.statusCode}`))
      })
    })
    request.on('error', reject)
    request.end()
  })
}
