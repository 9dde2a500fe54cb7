// What the programs share: the arguments URL N, a request that is read to its end, and so many at a time.
import http from 'node:http'
import https from 'node:https'

export const base = process.argv[2].replace(/\/$/, '')
export const n = Number(process.argv[3])
export const secure = base.startsWith('https:')
export const transport = secure ? https : http

export function get(url, options = {}) {
  const { body, ...others } = options
  return new Promise((resolve, reject) => {
    const request = transport.request(url, others, response => {
      const pieces = []
      response.on('data', piece => pieces.push(piece))
      response.on('error', reject)
      response.on('end', () => {
        if (response.statusCode === 200) resolve(Buffer.concat(pieces))
        else reject(new Error(`${url}: status ${response.statusCode}`))
      })
    })
    request.on('error', reject)
    request.end(body)
  })
}

// Does the job n times, so many at a time.
export async function many(concurrency, job) {
  let next = 0
  const work = async () => {
    while (next < n) await job(next++)
  }
  await Promise.all(Array.from({ length: concurrency }, work))
  console.log(`${n} ok`)
}
