"""The second screen: a page in a browser that shows a running session, and another one that steers it.

A front end like the terminal's, drawn from the same pictures: `picture` says what is sent, `orders` what may
come back, `door` who may come in, `page` what a browser is handed, `server` puts them on the network. The
score is sent in its closed form and drawn in the page: the figure is on time however slow the network is.
"""
