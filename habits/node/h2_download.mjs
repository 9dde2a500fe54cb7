// Downloads over one HTTP/2 connection, through the proxy of the environment: node h2_download.mjs URL N WINDOW
// URL: https://HOST/PATH. WINDOW: bytes that may be under way; 65535 is what Node has unless told.
import fs from 'node:fs'
import http from 'node:http'
import http2 from 'node:http2'
import tls from 'node:tls'

const target = new URL(process.argv[2])
const n = Number(process.argv[3])
const window = Number(process.argv[4])
const port = target.port || 443

function tunnel() {
  const proxy = new URL(process.env.HTTPS_PROXY)
  const user = `${decodeURIComponent(proxy.username)}:${decodeURIComponent(proxy.password)}`
  const headers = proxy.username ? { 'Proxy-Authorization': `Basic ${Buffer.from(user).toString('base64')}` } : {}
  const path = `${target.hostname}:${port}`
  return new Promise((resolve, reject) => {
    const request = http.request({ host: proxy.hostname, port: proxy.port, method: 'CONNECT', path, headers })
    request.on('connect', (response, socket) => {
      if (response.statusCode === 200) resolve(socket)
      else reject(new Error(`CONNECT: ${response.statusCode}`))
    })
    request.on('error', reject)
    request.end()
  })
}

const socket = process.env.HTTPS_PROXY ? await tunnel() : undefined
const ca = process.env.SSL_CERT_FILE && fs.readFileSync(process.env.SSL_CERT_FILE)
const session = http2.connect(target, {
  createConnection: () =>
    tls.connect({ socket, host: target.hostname, port, servername: target.hostname, ALPNProtocols: ['h2'], ca }),
  settings: { initialWindowSize: window },
})
await new Promise((resolve, reject) => session.once('connect', resolve).once('error', reject))
session.setLocalWindowSize(window)

for (let i = 0; i < n; i++) {
  await new Promise((resolve, reject) => {
    const stream = session.request({ ':path': target.pathname })
    stream.on('response', headers => headers[':status'] === 200 || reject(new Error(headers[':status'])))
    stream.on('end', resolve).on('error', reject)
    stream.resume()
  })
}
session.close()
console.log(`${n} ok`)
