import { readFile } from 'node:fs/promises';
import { importModel } from '@fretwork/onnx';
import { runPasses } from '@fretwork/compiler';
import { pruneModel } from '@fretwork/pruner';
import { queriesOf, queryText } from '@fretwork/latency';
import { runtimeProbe } from '@fretwork/bench';
import { load } from '@fretwork/runtime-wasm';
const [,, path, rate='1', br='4', bc='16', share='0.5'] = process.argv;
const bytes = new Uint8Array(await readFile(path));
const imported = importModel(bytes); let model = imported.model ?? imported;
const shapes = Object.fromEntries(model.inputs.filter(i=>!model.tensors.has(i.name)).map(i=>[i.name,i.shape.map(d=>typeof d==='number'?d:1)]));
model = runPasses(model, undefined, { inputShapes: shapes }).model;
if (+rate>1) model = pruneModel(model,{scheme:{kind:'bcr',rate:+rate,blockRows:+br,blockColumns:+bc,rowShare:+share}}).model;
const rows = queriesOf(model,{inputShapes:shapes});
const rt = await load(model,{timings:true,outputs:'views',inputs:'views'});
const views = rt.inputViews(shapes);
for (const v of Object.values(views)) for(let i=0;i<v.data.length;i++) v.data[i]=Math.random()*2-1;
let runs=0; const run=()=>{rt.run(views);runs++;};
for(let i=0;i<200;i++)run();
const N=60; const per=new Map();
let before=new Map(rt.report().layers.map(r=>[r.layer,(r.ms??0)*runs]));
for(let s=0;s<N;s++){ for(let k=0;k<4;k++)run(); const now=new Map(rt.report().layers.map(r=>[r.layer,(r.ms??0)*runs])); for(const [l,v] of now){ if(!per.has(l))per.set(l,[]); per.get(l).push((v-before.get(l))/4);} before=now; }
const med=a=>[...a].sort((x,y)=>x-y)[a.length>>1];
rt.dispose();
const t=[]; { const r2 = await load(model,{outputs:'views',inputs:'views'}); const v2=r2.inputViews(shapes); for(let i=0;i<100;i++)r2.run(v2); for(let i=0;i<100;i++){const a=performance.now();r2.run(v2);t.push(performance.now()-a);} }
const probe = await runtimeProbe({threads:1});
const q = rows.filter(r=>r.query!==undefined);
const groups=[]; for(let i=0;i<q.length;i+=8) groups.push(q.slice(i,i+8));
let sumN=0,sumP=0;
for(const g of groups){ const o=await probe.open(g.map(r=>r.query),{seed:1}); const S=g.map(()=>[]); for(let s=0;s<30;s++){(await o.sample()).forEach((v,i)=>S[i].push(v));} await o.close();
 g.forEach((r,i)=>{ const p=med(S[i]), n=med(per.get(r.layer)); sumN+=n; sumP+=p||0; console.log(queryText(r.query).padEnd(34), o.layers[i].ok? '':o.layers[i].reason, 'net',(n*1000).toFixed(1).padStart(8),'probe',(p*1000).toFixed(1).padStart(8),'ratio',(p/n).toFixed(3), ((r.query.density??1)).toFixed(3), (o.layers[i].density??0).toFixed(3)); }); }
console.log('run', med(t).toFixed(4), 'sum layers', sumN.toFixed(4), 'sum probe', sumP.toFixed(4));
