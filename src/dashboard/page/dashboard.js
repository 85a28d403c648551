const answer = await (await fetch(new URL('data', import.meta.url))).json();
document.querySelector('#state').textContent = `History is ${answer.history}; ${answer.samples.length} samples.`;
