const we=513,ye=[513],ve={513:((he,A,i)=>{i.d(A,{createContainerDial:()=>ae});var x=i(30),j=i(375),O=i(162),m=i(24),w=i(760),M=i(161);const F=["/etc","/var/lib/extrausers"],k=new Set(["sync","shutdown","halt","operator"]),y=e=>F.flatMap(n=>{try{return(0,m.readFileSync)(`${n}/${e}`,"utf8").split(`
`).map(t=>t.split(":"))}catch{return[]}}),N=()=>({users:y("passwd").filter(e=>e.length>=4).map(([e="",,n,t])=>({name:e,uid:Number(n),gid:Number(t)})),groups:y("group").filter(e=>e.length>=4).map(([,,e,n=""])=>({gid:Number(e),members:n.split(",").filter(t=>t!=="")}))}),I=()=>{try{return[(0,M.userInfo)().username]}catch{return[]}},B=(e,n,t=N())=>{const s=new Set([...I(),...t.users.filter(r=>n.has(r.uid)).map(r=>r.name)]),o=t.users.filter(r=>r.gid===e&&!n.has(r.uid)).map(r=>r.name),a=t.groups.filter(r=>r.gid===e);return a.length===0&&!n.has(e)?"unknown":[...new Set([...o,...a.flatMap(r=>r.members)])].filter(r=>!s.has(r)&&!(e===0&&k.has(r)))},R=2e3,C=64*1024,D={PATH:"/usr/bin:/bin:/usr/sbin:/sbin:/run/current-system/sw/bin",LC_ALL:"C"},J=(e,n)=>{const{spawnSync:t}=process.getBuiltinModule("node:child_process"),{status:s,stdout:o}=t(e,n,{env:D,encoding:"utf8",timeout:R,maxBuffer:C,stdio:["ignore","pipe","ignore"]});return s===0?o:void 0},L=40,W=2,T=16,E=512,v=65534,U=new Set(["","etc","home","media","mnt","opt","run","run/user","srv","tmp","usr","usr/local","var","var/lib","var/log","var/tmp"].map(e=>`/${e}`)),H=(e,{uid:n},t)=>t.has(n)||n===v&&U.has(e)&&(0,m.lstatSync)("/").uid===v?void 0:{path:e,reason:`belongs to uid ${n}`,uid:n},z=e=>J("ls",["-ld","--",e])?.[10]==="+",G=(e,{gid:n},t)=>{const s=B(n,t);if(s==="unknown")return{path:e,reason:`the group ${n} can write here, and who is in it is not known`};const[o]=s;return o!==void 0?{path:e,reason:`the group ${n} can write here, and ${o} is in it`}:z(e)?{path:e,reason:"an access list (ACL) lets others write here"}:void 0},K=(e,n,t)=>(n.mode&W)!==0?{path:e,reason:"everybody can write here"}:(n.mode&T)===0?void 0:G(e,n,t),Q=(...e)=>new Set([0,process.getuid?.()??0,...e]),g=e=>e.split("/").filter(n=>n!==""&&n!=="."),b=(e,n,t)=>H(e,n,t)??(n.isFile()||n.isDirectory()&&(n.mode&E)===0?K(e,n,t):void 0),V=(e,n=Q())=>{if(process.getuid===void 0)return;let[t,s,o]=["/",g((0,w.resolve)(e)),0],a=b(t,(0,m.lstatSync)(t),n);for(;a===void 0;){const[c,...r]=s;if(c===void 0)return;const d=(0,w.join)(t,c),u=(0,m.lstatSync)(d,{throwIfNoEntry:!1});if(u===void 0)return"absent";if(a=b(d,u,n),u.isSymbolicLink()){if(o+=1,o>L)return{path:d,reason:"is one of too many links"};const p=(0,m.readlinkSync)(d);t=p.startsWith("/")?"/":(0,w.dirname)(d),s=[...g(p),...r]}else t=d,s=r}return a};var h=i(629),l=i(803);const X=`
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
`,Y=e=>`const job = ${JSON.stringify(e)}
${X}`,Z="/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",q=36e5,S=4096,_=80,P=(e,n)=>["nsenter",`--net=/proc/${e}/ns/net`,n,"--input-type=module","-"],ee=e=>`run the runner as root, or set "privileges: sudo" and allow its user in sudoers: NOPASSWD: /usr/bin/${P("[0-9]*",e).join(" ")}`,ne=(e,{service:n,nodePath:t})=>{if(e.ended==="cancelled"||e.ended==="timeout")return(0,l.gz)("cancelled","connect","");if(e.ended==="not-started")return(0,l.JS)(e.cause,"install util-linux, and sudo where privileges: sudo is set",!0);const s=e.stderr.trim().split(`
`)[0]??"";if(/not permitted|permission denied|password is required|not allowed|may not run/i.test(s))return(0,l.JS)(`the network of service ${n} may not be entered: ${s}`,ee(t),!0);const o=`look whether service ${n} restarts, and whether the runner itself runs in a container`;return(0,l.JS)(`the network of service ${n} could not be entered: ${s===""?"no reason was given":s}`,o)},te=(e,n)=>new Promise((t,s)=>{e.once("error",s),e.once("connection",t),e.listen(n)}),$=(e,n)=>new Promise(t=>{let s=Buffer.alloc(0);const o=c=>{e.off("data",a).off("close",o),e.pause(),t(c)},a=c=>{s=Buffer.concat([s,c]);const r=s.indexOf(10);if(r===-1)return s.length>S?o():void 0;const d=s.subarray(r+1);o((0,O.I)(s.toString("utf8",0,r))),d.length>0&&e.unshift(d)};e.on("data",a).once("close",()=>o()),e.on("error",()=>o()),e.resume(),n.whenStopped(()=>o())}),se=e=>e.failed==="dns"?(0,l.U4)(e.codes):(0,l.EO)(e.codes),oe=async()=>{const{tmpdir:e}=await Promise.resolve().then(i.t.bind(i,161,19));return[e(),"/tmp"].find(n=>n.length<=_&&V(n)===void 0)},re=async(e,n,t)=>{const{mkdtemp:s,rm:o}=await Promise.resolve().then(i.t.bind(i,455,19)),a=await oe();if(a===void 0)return(0,l.JS)("others could take the place of the relay in the folder for temporary files","set TMPDIR to a folder that only its user can write to");const c=await s(`${a}/ronde-relay-`),r=`${c}/s`,d=(0,x.createServer)(),u=new AbortController,p=P(e.pid,e.nodePath),[de="",...ce]=e.by==="sudo"?["sudo","-n",...p]:p;try{const le=te(d,r),ue=Y({...n,socketPath:r,pid:e.pid,uid:e.uid,gid:e.gid}),fe=e.run(de,ce,{environment:{PATH:Z},stdin:ue,timeoutMs:q,signal:u.signal,maxBytes:S}),me=new Promise(pe=>t.whenStopped(()=>pe(void 0))),f=await Promise.race([le,fe,me]);return f!==void 0&&"destroy"in f?(f.once("close",()=>u.abort()),f):(u.abort(),f===void 0?(0,h.ce)(t,"connect"):ne(f,e))}finally{d.close(),await o(c,{recursive:!0,force:!0})}},ie=async(e,n)=>{const t=await $(e,n);if(t===void 0||!("addresses"in t))return t;const s=t.addresses.find(o=>(0,j.H)(o));return s===void 0?(e.write(`
`),$(e,n)):(e.destroy(),(0,h.Of)(s))},ae=e=>async(n,t)=>{const s=await re(e,{hostname:n.hostname,port:n.port},t);if(!("destroy"in s))return s;const o=await ie(s,t);return o!==void 0&&("fault"in o||"unseen"in o)?o:o!==void 0&&"address"in o?(0,h.eD)({socket:s,...o},n,t):(s.destroy(),o!==void 0&&"failed"in o?se(o):t.reason()===void 0?(0,l.JS)(`the relay in the network of service ${e.service} ended without a word`,"run it again; report it when it stays"):(0,h.ce)(t,"connect"))}})};export{we as id,ye as ids,ve as modules};
