const U=844,z=[844],L={7844:((T,g,r)=>{r.d(g,{createContainerDial:()=>I,rightsAdvice:()=>w});var b=r(7030),f=r(1e3),d=r(4292),S=r(8588);const P=`
import { lstatSync, readFileSync } from 'node:fs'
import { BlockList, connect, isIP } from 'node:net'
import { Resolver } from 'node:dns/promises'
const read = (path) => {
  try { return lstatSync(path).size < 1e6 && lstatSync(path).isFile() ? readFileSync(path, 'utf8') : '' } catch { return '' }
}
const words = (path) => read('/proc/' + job.pid + '/root' + path).split('\\n').map((line) => line.replace(/#.*/, '').trim().split(/\\s+/))
const hosts = words('/etc/hosts').filter(([, ...names]) => names.includes(job.hostname)).map(([address]) => address)
const servers = words('/etc/resolv.conf').filter(([key, at]) => key === 'nameserver' && isIP(at)).map(([, at]) => at)
if (process.getuid() === 0 && job.uid !== 0) { process.setgroups([]); process.setgid(job.gid); process.setuid(job.uid) }
const blocked = new BlockList()
for (const [network, prefix, family] of job.refused) blocked.addSubnet(network, prefix, family)
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
lookUp().then((addresses) => {
  const resolvedAt = performance.now()
  const refused = addresses.find((one) => blocked.check(one, isIP(one) === 6 ? 'ipv6' : 'ipv4'))
  if (refused !== undefined) { say({ refused }); return up.end() }
  const all = addresses.map((address) => ({ address, family: isIP(address) }))
  const down = connect({ host: 'several', port: job.port, autoSelectFamily: true, lookup: (h, o, found) => found(null, all) })
  const failed = (error) => { say({ failed: 'connect', codes: codesOf(error) }); up.end() }
  down.once('error', failed)
  down.once('connect', () => {
    down.off('error', failed)
    down.on('error', () => up.destroy())
    up.on('close', () => down.destroy())
    say({ address: down.remoteAddress, dnsMs: resolvedAt - startedAt, connectMs: performance.now() - resolvedAt })
    down.pipe(up)
    up.pipe(down)
  })
}, (error) => { say({ failed: 'dns', codes: codesOf(error) }); up.end() })
`,j=e=>`const job = ${JSON.stringify({...e,refused:S.P})}
${P}`,A="/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",O=36e5,m=4096,k=80,h=(e,t)=>["nsenter",`--net=/proc/${e}/ns/net`,t,"--input-type=module","-"],w=e=>`run the runner as root, or set "privileges: sudo" and allow its user in sudoers: NOPASSWD: /usr/bin/${h("[0-9]*",e).join(" ")}`,x=(e,{service:t,nodePath:s})=>{if(e.ended==="cancelled"||e.ended==="timeout")return(0,d.gz)("cancelled","connect","");if(e.ended==="not-started")return(0,d.JS)(e.cause,"install util-linux, and sudo where privileges: sudo is set",!0);const o=e.stderr.trim().split(`
`)[0]??"";if(/not permitted|permission denied|password is required|not allowed|may not run/i.test(o))return(0,d.JS)(`the network of service ${t} may not be entered: ${o}`,w(s),!0);const n=`look whether service ${t} restarts, and whether the runner itself runs in a container`;return(0,d.JS)(`the network of service ${t} could not be entered: ${o===""?"no reason was given":o}`,n)},$=(e,t)=>new Promise((s,o)=>{e.once("error",o),e.once("connection",s),e.listen(t)}),J=(e,t)=>new Promise(s=>{let o=Buffer.alloc(0);const n=l=>{e.off("data",c).off("close",n),e.pause(),s(l)},c=l=>{o=Buffer.concat([o,l]);const a=o.indexOf(10);if(a===-1)return o.length>m?n():void 0;const u=o.subarray(a+1);n(JSON.parse(o.toString("utf8",0,a))),u.length>0&&e.unshift(u)};e.on("data",c).once("close",()=>n()),e.on("error",()=>n()),t.whenStopped(()=>n())}),B=e=>"refused"in e?(0,f.Of)(e.refused):e.failed==="dns"?(0,d.U4)(e.codes):(0,d.EO)(e.codes),D=async(e,t,s)=>{const{mkdtemp:o,rm:n}=await Promise.resolve().then(r.t.bind(r,1455,19)),{tmpdir:c}=await Promise.resolve().then(r.t.bind(r,8161,19)),l=c().length<=k?c():"/tmp",a=await o(`${l}/ronde-relay-`),u=`${a}/s`,v=(0,b.createServer)(),p=new AbortController,y=h(e.pid,e.nodePath),[M="",...N]=e.by==="sudo"?["sudo","-n",...y]:y;try{const C=$(v,u),F=j({...t,socketPath:u,pid:e.pid,uid:e.uid,gid:e.gid}),R=e.run(M,N,{environment:{PATH:A},stdin:F,timeoutMs:O,signal:p.signal,maxBytes:m}),W=new Promise(E=>s.whenStopped(()=>E(void 0))),i=await Promise.race([C,R,W]);return i!==void 0&&"destroy"in i?(i.once("close",()=>p.abort()),i):(p.abort(),i===void 0?(0,f.ce)(s,"connect"):x(i,e))}finally{v.close(),await n(a,{recursive:!0,force:!0})}},I=e=>async(t,s)=>{const o=await D(e,{hostname:t.hostname,port:t.port},s);if(!("destroy"in o))return o;const n=await J(o,s);return n!==void 0&&"address"in n?(0,f.eD)({socket:o,...n},t,s):(o.destroy(),n!==void 0?B(n):s.reason()===void 0?(0,d.JS)(`the relay in the network of service ${e.service} ended without a word`,"run it again; report it when it stays"):(0,f.ce)(s,"connect"))}})};export{U as id,z as ids,L as modules};
