/* words-es - reports in Spanish, as it is written in Colombia. */
#include "words.h"

static const struct words spanish = {
	.language = "es",
	.from = "Sistema de correo",
	.mime = "Este es un informe sobre un mensaje, en formato MIME.",

	.failed_subject = "Correo no entregado: su mensaje no llegó",
	.delayed_subject = "Correo demorado: su mensaje aún no ha llegado",
	.double_subject = "Correo no entregado: un mensaje sin remitente",
	.delivered_subject = "Correo entregado: su mensaje llegó",
	.passed_subject = "Correo en camino: su mensaje siguió hacia su "
	    "destino",

	.failed = "No se pudo entregar su mensaje para $1.",
	.doubled = "Un mensaje que no indica remitente (muchas veces un "
	    "informe como este) no se pudo entregar a $1.",
	.delivered = "Su mensaje para $1 fue entregado.",
	.relayed = "Su mensaje para $1 pasó a otro servidor de correo.",
	.expanded = "Su mensaje para $1 siguió hacia cada uno de sus miembros.",
	.several = "Su mensaje para $1 fue entregado o siguió su camino.",
	.delayed = "Todavía no se ha podido entregar su mensaje para $1. Usted "
	    "no tiene que hacer nada: el servidor seguirá intentando hasta "
	    "el $2.",
	.addresses = "$1 direcciones",

	.behind = "(adonde va el correo para $1)",
	.expired = "Se intentó una y otra vez durante $1. Ya no se intentará "
	    "más.",
	.said = "El servidor dijo: $1 ($2)",
	.no_reason = "no se anotó ningún motivo",
	.in_mailbox = "El mensaje está en el buzón. Este servidor no sabe si "
	    "ya lo leyeron.",
	.passed_on = "El otro servidor recibió el mensaje, pero no informa qué "
	    "pasa después con él.",
	.to_members = "Esta dirección representa a varias. El mensaje sigue "
	    "hacia cada una de ellas; no se informa de cada entrega.",
	.why = {
		[WHY_NO_ADDRESS] = "Esa dirección no existe.",
		[WHY_NO_MAIL] = "Ese dominio no recibe correo.",
		[WHY_BAD_ADDRESS] = "La dirección está mal escrita.",
		[WHY_CLOSED] = "El buzón está cerrado.",
		[WHY_FULL] = "El buzón está lleno.",
		[WHY_TOO_BIG] = "El mensaje es demasiado grande.",
		[WHY_LOOP] = "El mensaje se quedó dando vueltas entre "
		    "servidores.",
		[WHY_NOT_ALLOWED] = "El servidor de destino no lo permite.",
		[WHY_SILENT] = "El otro servidor no responde.",
		[WHY_CUT] = "Se cortó la conexión con el otro servidor.",
		[WHY_NOT_FOUND] = "No se encuentra el servidor de correo de "
		    "ese dominio.",
	},

	.more = "y $1 más: vea la parte siguiente",
	.no_more = "Allí no se intentará más. Esto no afecta a los demás "
	    "destinatarios del mensaje, si los hay.",
	.receipt = "Usted, o su programa de correo, pidió este acuse de "
	    "recibo.",
	.help = "Este informe lo escribió el servidor de correo $1. Si "
	    "necesita ayuda, escriba a postmaster@$2.",
	.help_id = "Este informe lo escribió el servidor de correo $1. Si "
	    "necesita ayuda, escriba a postmaster@$2 e indique el "
	    "identificador del mensaje: $3.",
	.with_header = "Abajo hay detalles para programas y el encabezado del "
	    "mensaje.",
	.with_message = "Abajo hay detalles para programas y el mensaje.",

	.days = "$1 días",
	.hours = "$1 horas",
	.minutes = "$1 minutos",
	.seconds = "$1 segundos",
	.weekday = { "domingo", "lunes", "martes", "miércoles", "jueves",
	    "viernes", "sábado" },
	.month = { "enero", "febrero", "marzo", "abril", "mayo", "junio",
	    "julio", "agosto", "septiembre", "octubre", "noviembre",
	    "diciembre" },
	.date = "$1 $2 de $3 de $4 a las $5 (UTC)",
};

const struct words *
words_es(void)
{
	return &spanish;
}
