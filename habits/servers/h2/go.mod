module tlstax/habits/servers/h2

go 1.24
