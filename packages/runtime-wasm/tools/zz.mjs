import { dense } from '@fretwork/format';
import { load } from '../dist/index.js';
const go=async(n,k)=>{ const w=new Float32Array(n*k); for(let i=0;i<w.length;i++) w[i]=(i%7)+1; const m={name:'m',inputs:[{name:'x',dtype:'f32',shape:[1,k]}],outputs:[{name:'y',dtype:'f32'}],values:[],layers:[{name:'a',operator:'Gemm',domain:'',inputs:['x','w'],outputs:['y'],attributes:new Map([['transB',{type:'int',value:1}]])}],tensors:new Map([['w',dense('f32',[n,k],w)]]),provenance:{producer:'',producerVersion:'',sourceOpset:0,doc:'',metadata:[]}}; const t=performance.now(); const rt=await load(m); console.log(n,k,'load ms',(performance.now()-t).toFixed(0), (process.memoryUsage().rss/1e6).toFixed(0),'MB'); };
await go(4096,4096); await go(4096,25088);
