module tlstax/habits/go

go 1.22
