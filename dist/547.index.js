const G=547,K=[547],L={4547:((H,g,r)=>{r.d(g,{createContainerDial:()=>F,rightsAdvice:()=>w});var S=r(7030),b=r(1375),P=r(162),j=r(215),f=r(7629),d=r(9803);const A=`
import { lstatSync, readFileSync } from 'node:fs'
import { connect, isIP } from 'node:net'
import { Resolver } from 'node:dns/promises'
import { once } from 'node:events'
const read = (path) => {
  try { return lstatSync(path).size < 1e6 && lstatSync(path).isFile() ? readFileSync(path, 'utf8') : '' } catch { return '' }
}
const words = (path) => read('/proc/' + job.pid + '/root' + path).split('\\n').map((line) => line.replace(/#.*/, '').trim().split(/\\s+/))
const hosts = words('/etc/hosts').filter(([, ...names]) => names.includes(job.hostname)).map(([address]) => address)
const servers = words('/etc/resolv.conf').filter(([key, at]) => key === 'nameserver' && isIP(at)).map(([, at]) => at)
if (process.getuid() === 0 && job.uid !== 0) { process.setgroups([]); process.setgid(job.gid); process.setuid(job.uid) }
const up = connect(job.socketPath)
up.on('error', () => process.exit(1))
const say = (word) => up.write(JSON.stringify(word) + '\\n')
const codesOf = (error) => (error.errors ?? [error]).map((one) => String(one.code))
const lookUp = async () => {
  if (isIP(job.hostname)) return [job.hostname]
  if (hosts.length > 0) return hosts
  const resolver = new Resolver({ timeout: 2000, tries: 2 })
  resolver.setServers(servers.length > 0 ? servers : ['127.0.0.11'])
  const answers = await Promise.allSettled([resolver.resolve4(job.hostname), resolver.resolve6(job.hostname)])
  const found = answers.flatMap((one) => (one.status === 'fulfilled' ? one.value : []))
  if (found.length === 0) throw { errors: answers.map((one) => one.reason ?? { code: 'ENODATA' }) }
  return found
}
const startedAt = performance.now()
lookUp().then(async (addresses) => {
  const resolvedAt = performance.now()
  say({ addresses })
  await once(up, 'data')
  up.pause()
  const askedMs = performance.now() - resolvedAt
  const all = addresses.map((address) => ({ address, family: isIP(address) }))
  const down = connect({ host: 'several', port: job.port, autoSelectFamily: true, lookup: (h, o, found) => found(null, all) })
  const failed = (error) => { say({ failed: 'connect', codes: codesOf(error) }); up.end() }
  down.once('error', failed)
  down.once('connect', () => {
    down.off('error', failed)
    down.on('error', () => up.destroy())
    up.on('close', () => down.destroy())
    say({ address: down.remoteAddress, dnsMs: resolvedAt - startedAt, connectMs: performance.now() - resolvedAt - askedMs })
    down.pipe(up)
    up.pipe(down)
  })
}, (error) => { say({ failed: 'dns', codes: codesOf(error) }); up.end() })
`,O=e=>`const job = ${JSON.stringify(e)}
${A}`,$="/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",x=36e5,m=4096,M=80,h=(e,t)=>["nsenter",`--net=/proc/${e}/ns/net`,t,"--input-type=module","-"],w=e=>`run the runner as root, or set "privileges: sudo" and allow its user in sudoers: NOPASSWD: /usr/bin/${h("[0-9]*",e).join(" ")}`,J=(e,{service:t,nodePath:s})=>{if(e.ended==="cancelled"||e.ended==="timeout")return(0,d.gz)("cancelled","connect","");if(e.ended==="not-started")return(0,d.JS)(e.cause,"install util-linux, and sudo where privileges: sudo is set",!0);const n=e.stderr.trim().split(`
`)[0]??"";if(/not permitted|permission denied|password is required|not allowed|may not run/i.test(n))return(0,d.JS)(`the network of service ${t} may not be entered: ${n}`,w(s),!0);const o=`look whether service ${t} restarts, and whether the runner itself runs in a container`;return(0,d.JS)(`the network of service ${t} could not be entered: ${n===""?"no reason was given":n}`,o)},D=(e,t)=>new Promise((s,n)=>{e.once("error",n),e.once("connection",s),e.listen(t)}),y=(e,t)=>new Promise(s=>{let n=Buffer.alloc(0);const o=a=>{e.off("data",l).off("close",o),e.pause(),s(a)},l=a=>{n=Buffer.concat([n,a]);const i=n.indexOf(10);if(i===-1)return n.length>m?o():void 0;const u=n.subarray(i+1);o((0,P.I)(n.toString("utf8",0,i))),u.length>0&&e.unshift(u)};e.on("data",l).once("close",()=>o()),e.on("error",()=>o()),e.resume(),t.whenStopped(()=>o())}),I=e=>e.failed==="dns"?(0,d.U4)(e.codes):(0,d.EO)(e.codes),R=async()=>{const{tmpdir:e}=await Promise.resolve().then(r.t.bind(r,8161,19));return[e(),"/tmp"].find(t=>t.length<=M&&(0,j.h9)(t)===void 0)},B=async(e,t,s)=>{const{mkdtemp:n,rm:o}=await Promise.resolve().then(r.t.bind(r,1455,19)),l=await R();if(l===void 0)return(0,d.JS)("others could take the place of the relay in the folder for temporary files","set TMPDIR to a folder that only its user can write to");const a=await n(`${l}/ronde-relay-`),i=`${a}/s`,u=(0,S.createServer)(),p=new AbortController,v=h(e.pid,e.nodePath),[N="",...T]=e.by==="sudo"?["sudo","-n",...v]:v;try{const W=D(u,i),E=O({...t,socketPath:i,pid:e.pid,uid:e.uid,gid:e.gid}),U=e.run(N,T,{environment:{PATH:$},stdin:E,timeoutMs:x,signal:p.signal,maxBytes:m}),k=new Promise(z=>s.whenStopped(()=>z(void 0))),c=await Promise.race([W,U,k]);return c!==void 0&&"destroy"in c?(c.once("close",()=>p.abort()),c):(p.abort(),c===void 0?(0,f.ce)(s,"connect"):J(c,e))}finally{u.close(),await o(a,{recursive:!0,force:!0})}},C=async(e,t)=>{const s=await y(e,t);if(s===void 0||!("addresses"in s))return s;const n=s.addresses.find(o=>(0,b.H)(o));return n===void 0?(e.write(`
`),y(e,t)):(e.destroy(),(0,f.Of)(n))},F=e=>async(t,s)=>{const n=await B(e,{hostname:t.hostname,port:t.port},s);if(!("destroy"in n))return n;const o=await C(n,s);return o!==void 0&&("fault"in o||"unseen"in o)?o:o!==void 0&&"address"in o?(0,f.eD)({socket:n,...o},t,s):(n.destroy(),o!==void 0&&"failed"in o?I(o):s.reason()===void 0?(0,d.JS)(`the relay in the network of service ${e.service} ended without a word`,"run it again; report it when it stays"):(0,f.ce)(s,"connect"))}})};export{G as id,K as ids,L as modules};
