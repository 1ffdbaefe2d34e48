(()=>{const all=document.querySelectorAll("main details");
const b=document.querySelector(".tools");if(b){b.hidden=false;b.addEventListener("click",e=>{const o=e.target.dataset.open;if(o!==undefined)all.forEach(d=>d.open=o==="1")})}
const open=()=>{const t=document.getElementById(decodeURIComponent(location.hash.slice(1)));if(!t)return;for(let d=t.closest("details");d;d=d.parentElement.closest("details"))d.open=true;const own=t.querySelector(":scope>details");if(own)own.open=true;t.scrollIntoView()};
addEventListener("hashchange",open);open();
if(navigator.clipboard&&isSecureContext)document.querySelectorAll("#home pre").forEach(p=>{const c=document.createElement("button");c.type="button";c.className="copy";c.textContent="Copy";c.addEventListener("click",()=>navigator.clipboard.writeText(p.querySelector("code").textContent).then(()=>{c.textContent="Copied";setTimeout(()=>c.textContent="Copy",1600)}));p.append(c)});
})()
