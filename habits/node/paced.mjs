// A request every 50 ms, as events come, each of which is answered sooner: paced.mjs URL N.
import http from 'node:http'
import https from 'node:https'

const [base, count] = process.argv.slice(2)
const library = base.startsWith('https:') ? https : http
const agent = new library.Agent({ keepAlive: true })
let [sent, done] = [0, 0]

const timer = setInterval(() => {
  sent += 1
  if (sent === Number(count)) clearInterval(timer)
  const request = library.request(`${base.replace(/\/$/, '')}/post`, { agent, method: 'POST' }, (response) => {
    response.resume()
    response.on('end', () => {
      if (response.statusCode !== 200) process.exit(1)
      done += 1
      if (done < Number(count)) return
      agent.destroy()
      console.log(`${count} ok`)
    })
  })
  request.end('{"event": 1}')
}, 50)
