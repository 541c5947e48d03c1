/** Writes text so that it is text in HTML. */
const text = (value) => String(value).replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);

function layout(title, member, body) {
  const who = member
    ? `<a href="/loans">${text(member.name)}</a> <form method="post" action="/sign-out"><button>Sign out</button></form>`
    : '<a href="/sign-in">Sign in</a>';
  return `<!DOCTYPE html>
<html lang="en">
<head><meta charset="utf-8"><title>${text(title)} – Lending library</title>
<meta name="viewport" content="width=device-width">
<link rel="stylesheet" href="/style.css"></head>
<body>
<header><a href="/">Lending library</a> <nav><a href="/books">Books</a> <a href="/about">About</a> ${who}</nav></header>
<main><h1>${text(title)}</h1>
${body}
</main>
</body></html>
`;
}

export const homePage = (member, books) =>
  layout('Borrow a book', member, `<img src="/lighthouse.svg" alt="A lighthouse" width="120" height="120">
<p>We lend ${books} titles about the sea, to anybody who joins.</p><p><a href="/books">See the books</a></p>`);

export const aboutPage = (member) =>
  layout('About', member, '<p>Open from nine to five. Loans are free. Late books make the harbour master sad.</p>');

export const booksPage = (member, books) =>
  layout('Books', member, `<ul>${books.map(({ slug, title, author }) => `<li><a href="/books/${text(slug)}">${text(title)}</a>, ${text(author)}</li>`).join('\n')}</ul>
${member?.is_librarian ? addForm : ''}<p><a href="/books.csv">All books as a table</a></p>`);

const addForm = `<h2>Add a book</h2><form method="post" action="/books">
<p><label>Title <input name="title" required></label> <label>Author <input name="author" required></label></p>
<p><label>Summary <textarea name="summary"></textarea></label></p><p><button>Add</button></p></form>`;

export const bookPage = (member, book) =>
  layout(book.title, member, `<p>by ${text(book.author)}</p><p>${text(book.summary)}</p><p>${book.left} of ${book.copies} on the shelf</p>
${member && book.left > 0 ? `<form method="post" action="/books/${text(book.slug)}/borrow"><button>Borrow</button></form>` : ''}`);

export const signInPage = (note = '') =>
  layout('Sign in or join', undefined, `${note && `<p class="note">${text(note)}</p>`}
<form method="post" action="/sign-in"><p><label>Name <input name="name" required></label></p>
<p><label>Password <input name="password" type="password" required minlength="8"></label></p>
<p><button name="what" value="sign-in">Sign in</button> <button name="what" value="join">Join</button></p></form>`);

export const loansPage = (member, loans) =>
  layout('Your loans', member, `<ul>${loans
    .map(({ id, title, returned_at }) => `<li>${text(title)} ${returned_at ? '(returned)' : `<form method="post" action="/loans/${id}/return"><button>Return</button></form>`}</li>`)
    .join('\n')}</ul>`);

export const messagePage = (title, message) => layout(title, undefined, `<p>${text(message)}</p>`);
